/** Releases that came from other environments, and what came with them. */
import { type Kysely, sql } from "kysely";
import type { ImportedFrom } from "../core/imported-from.ts";
import { evidenceSchema, manifestSchema } from "../core/release-export.ts";
import type { GraphNode } from "../core/steps.ts";
import { sha256 } from "../store/digest.ts";
import { isSealedBy } from "../store/release-seal.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

export interface ReleaseToImport {
  proof: string;
  key: string;
  signature: string;
  /** Texts, byte for byte. */
  manifest: string;
  evidence: string;
  release: string;
  report: string;
  /** The definition's steps over data. */
  nodes: GraphNode[];
}

/**
 * Everything in one statement: release, report, evidence, and a run that waits for its start; the same manifest again gives
 * the run that is there. @throws {NotAllowed | NotFound | Conflict | BrokenPromise}
 */
export async function importRelease(
  db: Kysely<Tables>,
  of: ReleaseToImport,
): Promise<{ runId: string; isNew: boolean; wakeUp: string | null }> {
  const { rows } = await withRefusals(() =>
    sql<{ runId: string; isNew: boolean; wakeUp: string | null }>`
      select o_run as "runId", o_is_new as "isNew", o_wake_up as "wakeUp" from import_release(${of.proof}, ${of.key},
        ${of.manifest}, ${of.signature}, ${of.evidence}, ${of.release}, ${of.report}, ${JSON.stringify(of.nodes)}::jsonb)`.execute(
      db,
    ),
  );
  return rows[0] as { runId: string; isNew: boolean; wakeUp: string | null };
}

/** The run that the file with this manifest opened; undefined when it was never imported. */
export async function findRunOfManifest(db: Kysely<Tables>, manifest: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("imported_release")
    .select("run_id")
    .where("manifest_sha256", "=", sha256(manifest))
    .executeTakeFirst();
  return row?.run_id;
}

/** Notes in the log who took a run's release out. @throws {NotAllowed} */
export async function noteExport(
  db: Kysely<Tables>,
  { proof, runId, manifest }: { proof: string; runId: string; manifest: string },
): Promise<void> {
  await withRefusals(() => sql`select note_export(${proof}, ${runId}, ${sha256(manifest)})`.execute(db));
}

/** Where a run's release came from; undefined when it was made here. The signature is checked each time. */
export async function findImport(db: Kysely<Tables>, runId: string): Promise<ImportedFrom | undefined> {
  const row = await db
    .selectFrom("imported_release as i")
    .innerJoin("trusted_environment as key", "key.key_id", "i.key_id")
    .innerJoin("person as by", "by.id", "i.person_id")
    .select(["i.manifest", "i.signature", "i.evidence", "i.imported_at", "by.name as by"])
    .select(["key.key_id", "key.public_key", "key.name"])
    .where("i.run_id", "=", runId)
    .executeTakeFirst();
  if (!row) return undefined;
  const manifest = manifestSchema.parse(JSON.parse(row.manifest));
  const { run, decisions } = evidenceSchema.parse(JSON.parse(row.evidence));
  const isSigned =
    isSealedBy(row.public_key, row.manifest, row.signature) &&
    manifest.files.some(({ name, sha256: of }) => name === "evidence.json" && of === sha256(row.evidence));
  return {
    environment: row.name,
    runId: run.id,
    exporter: manifest.exporter,
    exportedAt: manifest.exportedAt,
    importedBy: row.by,
    importedAt: iso(row.imported_at),
    key: row.key_id,
    isSigned,
    decisions: decisions.map(({ verdict, by, onBehalfOf, override, reason, at }) => ({
      ...{ verdict, by, onBehalfOf, override, reason, at },
    })),
  };
}

/** The environments that a model's versions came from, by number; those that were made here are not in it. */
export async function listImportedVersions(db: Kysely<Tables>, model: string): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom("model_version as version")
    .innerJoin("imported_release as i", "i.run_id", "version.run_id")
    .innerJoin("trusted_environment as key", "key.key_id", "i.key_id")
    .select(["version.version", "key.name"])
    .where("version.model", "=", model)
    .execute();
  return new Map(rows.map(({ version, name }) => [version, name]));
}
