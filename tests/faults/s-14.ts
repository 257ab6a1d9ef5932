import { createHash } from "node:crypto";
import type { GraphNode } from "../../core/steps.ts";
import { type Login, limitDatabase } from "../../db/database-roles.ts";
import { openIncident } from "../../db/incidents.ts";
import { addSteps, putBeforePerson } from "../../db/steps.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { addReviewedRun } from "../support/reviewed-run.ts";
import { addLiveVersion } from "../support/shop.ts";
import { GOING_ROUND, PLANTED, SHADOWS } from "./going-round.ts";
import type { FaultRow } from "./row.ts";
import { openSessionAs, type Session, tryAs } from "./try-as.ts";

/** insufficient_privilege; a function of Holt's that refuses. */
const DENIED = ["42501", "HT403"];
/** "access to non-system view is restricted" */
const RESTRICTED = "55000";
const TRIALS = GOING_ROUND.length + SHADOWS.length + PLANTED.length;
/** The statement itself would be at fault: it would be denied to anybody, and so proves nothing. */
const NONSENSE = ["42601", "42703", "42P01", "42883", "42704"];
/** All that says who is who, what was decided and what is live. */
const GUARDED =
  "person, person_identity, token, session, sign_in_code, definition_author, review, review_code, decision, review_comment, delegation, model_version, live, deployment, audit, audit_link, role_ability, safeguard, editorial_rule, experiment, experiment_arm, experiment_override, trusted_environment, imported_release, reserved_action, run, step, step_answer, incident, wake_up";

/** Every role of a process, with the connection that the process has, tries to decide, deploy and rewrite by itself. */
export const s14: FaultRow = {
  id: "S-14",
  title: "round the workflow, with a process's own database connection",
  bound: "every statement is denied, and nothing changed",
  counts: { quick: TRIALS, full: TRIALS },
  async run(context) {
    const database = await context.database();
    await limitDatabase(database.db);
    await addLiveVersion(database.db);
    const { runId } = await addReviewedRun(database.db, { model: "films" });
    await addFailures(database, runId);
    const before = await contentOf(database);
    const failures: string[] = [];
    const superuser = await openSessionAs(database, undefined);
    context.cleanUp(superuser.end);
    const sessions = new Map<Login, Session>();
    for (const [login, said] of GOING_ROUND) {
      const session = sessions.get(login) ?? (await openSessionAs(database, login));
      if (!sessions.has(login)) context.cleanUp(session.end);
      sessions.set(login, session);
      const statement = said.replaceAll("{run}", runId);
      const code = await session.attempt(statement);
      if (!DENIED.includes(code)) failures.push(`holt_${login}: ${statement}: ${code || "was done"}`);
      const control = await superuser.attempt("begin", statement);
      await superuser.attempt("rollback");
      if (NONSENSE.includes(control)) failures.push(`${statement}: proves nothing (${control})`);
    }
    for (const { login, prepare, statement } of SHADOWS) {
      const code = await tryAs(database, login, [...prepare, statement.replaceAll("{run}", runId)]);
      if (!DENIED.includes(code))
        failures.push(`holt_${login}: ${[...prepare, statement].join("; ")}: ${code || "was done"}`);
    }
    for (const { login, plant, statement } of PLANTED) {
      const planted = await tryAs(database, "ingest", plant);
      if (planted) failures.push(`holt_ingest: ${plant.join("; ")}: ${planted}, so nothing was tried`);
      const code = await tryAs(database, login, [statement]);
      if (![...DENIED, RESTRICTED].includes(code))
        failures.push(`holt_${login}: ${statement}: ${code || "was done"}`);
    }
    if ((await contentOf(database)) !== before) failures.push("something that only functions write changed");
    return { n: TRIALS, failures };
  },
};

/** What a person would answer: a failed step that may be skipped, and an incident. */
async function addFailures({ db }: TestDatabase, runId: string): Promise<void> {
  const train: GraphNode = { name: "train:als", kind: "train", after: [], skippable: true };
  await addSteps(db, runId, [train]);
  const error = { round: 1, code: "InvalidInput", message: "als: too large" };
  await putBeforePerson(db, { runId, step: train.name }, error);
  const found = {
    model: "films",
    cause: "source:plays",
    title: "plays are old",
    symptoms: [],
    at: new Date(),
  };
  await db.transaction().execute((trx) => openIncident(trx, found));
}

async function contentOf({ pool }: TestDatabase): Promise<string> {
  const hash = createHash("sha256");
  for (const table of GUARDED.split(", ")) {
    const { rows } = await pool.query(
      `select coalesce(string_agg(t::text, e'\\n' order by t::text), '') as all from ${table} as t`,
    );
    hash.update(`${table}\n${rows[0].all}\n`);
  }
  return hash.digest("hex");
}
