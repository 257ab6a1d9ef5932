/** Ways in which somebody with a process's login could have an older approved version serve again, beside the audited rollback. */
import type { Login } from "../../db/database-roles.ts";
import { rollback } from "../../operations/rollback.ts";
import { addActor } from "../support/actors.ts";
import { type ApprovedRoad, MODEL } from "./approved-road.ts";
import { tryAs } from "./try-as.ts";

interface Downgrade {
  what: string;
  /** Resolves with what is wrong. */
  attempt(): Promise<string | undefined>;
}

/** Version 2 is live; each tries to have version 1 back. */
export function downgrades(road: ApprovedRoad): Downgrade[] {
  const { older, approved } = road;
  const signedOld = `'${older.artifactDigest}', '${older.reportDigest}'`;
  const statements: [Login, string][] = [
    ["worker", `select * from deploy('${older.runId}', 1, ${signedOld})`],
    ["worker", `select * from deploy('${approved.runId}', 1, ${signedOld})`],
    ["worker", `update live set version = 1 where model = '${MODEL}'`],
    ["worker", `update model_version set release_digest = '${older.releaseDigest}' where version = 2`],
    ["worker", `select * from start_stage('${older.runId}', 0, 1, 'canary', 0.5)`],
    ["server", `select * from deploy('${older.runId}', 1, ${signedOld})`],
    ["server", `update live set version = 1, fence = fence + 1 where model = '${MODEL}'`],
    ["server", `select * from rollback('holt_guessed', '${MODEL}', 2, 1, 'because')`],
    ["server", `insert into traffic values ('${MODEL}', 1, '${older.runId}', 0, 'canary', 0.5)`],
    ["ingest", `update live set version = 1 where model = '${MODEL}'`],
    ["sign_in", `select * from rollback('holt_guessed', '${MODEL}', 2, 1, 'because')`],
  ];
  return statements.map(([login, statement]) => ({
    what: `holt_${login}: ${statement}`,
    async attempt() {
      const before = await whatServes(road);
      const code = await tryAs(road.database, login, [statement]);
      const after = await whatServes(road);
      if (after !== before) return `${code || "done"}, and now ${after}`;
      // A second deployment of a run that was live is answered with the first, and changes nothing.
      return undefined;
    },
  }));
}

/** The row's own check: a person who may does get the older version back, and the log tells of it. */
export async function rollbackIsAudited(road: ApprovedRoad): Promise<string[]> {
  const actor = await addActor({ database: road.database }, "deployer");
  await rollback({ database: road.database }, actor, MODEL, {
    expectedVersion: 2,
    toVersion: 1,
    reason: "complaints",
  });
  const { db } = road.database;
  const told = await db.selectFrom("audit").select(["person_id"]).where("action", "=", "rollback").execute();
  const isBack = (await whatServes(road)).startsWith("version 1");
  return isBack && told.length === 1 && told[0]?.person_id === actor.personId
    ? []
    : ["a rollback by who may do it didn't bring version 1 back, or the log doesn't say who did it"];
}

async function whatServes({ database: { db } }: ApprovedRoad): Promise<string> {
  const live = await db.selectFrom("live").selectAll().execute();
  const traffic = await db.selectFrom("traffic").selectAll().execute();
  const versions = await db.selectFrom("model_version").selectAll().orderBy("version").execute();
  return `version ${live[0]?.version}: ${JSON.stringify([live, traffic, versions])}`;
}
