/** Versions and what was live when, as the API and the CLI show them. */
import type { Kysely } from "kysely";
import type { DeploymentRecord, Version } from "../../core/api.ts";
import { releaseSchema } from "../../core/release.ts";
import type { EvaluateDetail } from "../../core/step-details.ts";
import { listDeployments } from "../deployments.ts";
import { listImportedVersions } from "../imports.ts";
import { listStagesOfModel } from "../rollouts.ts";
import { listBaselineTimes } from "../safeguards.ts";
import { listStaticFiles, type StaticFileRow } from "../static-files.ts";
import type { Tables } from "../tables.ts";
import { listAliases } from "../version-aliases.ts";
import { getModel } from "./models.ts";
import { iso } from "./time.ts";

/** All versions of a model with their figures and who approved them, the newest first. @throws {NotFound} no such model */
export async function listVersionSummaries(db: Kysely<Tables>, model: string): Promise<Version[]> {
  await getModel(db, model);
  const rows = await db
    .selectFrom("model_version as version")
    .innerJoin("release", "release.digest", "version.release_digest")
    .innerJoin("decision", "decision.id", "version.decision_id")
    .leftJoin("person", "person.id", "decision.person_id")
    .leftJoin("live", (join) =>
      join.onRef("live.model", "=", "version.model").onRef("live.version", "=", "version.version"),
    )
    .select([
      "version.version",
      "version.created_at",
      "version.run_id",
      "version.release_digest",
      "release.body",
      "live.version as live_version",
    ])
    .select((of) => of.fn.coalesce("person.name", "decision.rule").$notNull().as("decided_by"))
    .where("version.model", "=", model)
    .orderBy("version.version", "desc")
    .execute();
  const figures = await figuresOfRuns(
    db,
    rows.map((row) => row.run_id),
  );
  const aliases = await listAliases(db, model);
  const files = await listStaticFiles(db, model);
  return rows.map((row) => {
    const release = releaseSchema.parse(row.body);
    const found = figures.get(`${row.run_id} evaluate:${release.candidate}`);
    return {
      version: row.version,
      candidate: release.candidate,
      isLive: row.live_version !== null,
      createdAt: iso(row.created_at),
      runId: row.run_id,
      artifactDigest: release.artifactDigest,
      releaseDigest: row.release_digest,
      sizeBytes: release.sizeBytes,
      decidedBy: row.decided_by,
      ndcg: found?.ndcg ?? null,
      recall: found?.recall ?? null,
      coverage: found?.coverage ?? null,
      aliases: aliases.filter(({ version }) => version === row.version).map(({ name }) => name),
      files: files.filter(({ version }) => version === row.version).map(toFile),
    };
  });
}

/**
 * What was live when, for which share of the people and by whose decision, the newest first; a version that was asked or
 * answered a share beside the live one has `previousVersion` for that one. `baseline`: its popularity list in its place.
 * @throws {NotFound} no such model
 */
export async function listHistory(db: Kysely<Tables>, model: string): Promise<DeploymentRecord[]> {
  await getModel(db, model);
  const imported = await listImportedVersions(db, model);
  const flips = (await listDeployments(db, model)).map((row) => ({
    ...{ at: iso(row.at), kind: row.kind, share: 1, until: null },
    ...{ version: row.version, previousVersion: row.previous_version },
    ...{ by: row.by, reason: row.reason, runId: row.run_id },
  }));
  const stages = (await listStagesOfModel(db, model)).map(({ kind, ...row }) => ({
    ...{
      at: iso(row.started_at),
      kind: kind as "shadow" | "canary",
      share: row.share,
      until: iso(row.ended_at),
    },
    ...{ version: row.version, previousVersion: row.champion_version },
    ...{ by: row.by, reason: row.state, runId: row.run_id },
  }));
  const lists = (await listBaselineTimes(db, model)).map((row) => {
    const version = flips.find(({ at }) => at <= iso(row.starts_at))?.version ?? 0;
    return {
      ...{
        at: iso(row.starts_at),
        kind: "baseline" as const,
        share: 1,
        until: iso(row.lifted_at ?? row.ends_at),
      },
      ...{ version, previousVersion: version, by: row.by, reason: row.reason, runId: null },
    };
  });
  return [...flips, ...stages, ...lists]
    .map((one) => ({ ...one, importedFrom: imported.get(one.version) ?? null }))
    .sort((one, other) => other.at.localeCompare(one.at));
}

function toFile({ model, folder, ...row }: StaticFileRow): Version["files"][number] {
  return {
    path: folder === "" ? `${model}.json` : `${folder}/${model}.json`,
    ...{ writtenAt: iso(row.written_at), digest: row.digest },
    ...{ checkedAt: iso(row.checked_at), problem: row.problem },
  };
}

async function figuresOfRuns(db: Kysely<Tables>, runIds: string[]): Promise<Map<string, EvaluateDetail>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("step")
    .select(["run_id", "name", "detail"])
    .where("run_id", "in", runIds)
    .where("kind", "=", "evaluate")
    .where("detail", "is not", null)
    .execute();
  return new Map(rows.map((row) => [`${row.run_id} ${row.name}`, row.detail as EvaluateDetail]));
}
