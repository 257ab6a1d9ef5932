/** Files, tables and lists that the live version left for others to read, as checks of the monitor. */
import type { MonitorCheck } from "../core/api.ts";
import { definitionSchema } from "../core/definition.ts";
import { checkBatch, checkLists, checkStaticFile } from "../core/kept-checks.ts";
import { findNewestOwnBatch } from "../db/batches.ts";
import type { Database } from "../db/connection.ts";
import { getDefinition } from "../db/definitions.ts";
import { hasLists } from "../db/materialised.ts";
import { databaseNow, listStaticFiles } from "../db/static-files.ts";
import type { LiveVersion } from "../db/versions.ts";

/** Those of the live version's kind of deployment, and the files that earlier versions left. */
export async function keptChecks(
  { db }: Database,
  model: string,
  { version, release }: LiveVersion,
): Promise<MonitorCheck[]> {
  const { body } = await getDefinition(db, release.definitionDigest);
  const { deployment } = definitionSchema.pick({ deployment: true }).loose().parse(body);
  const at = new Date(await databaseNow(db));
  const checks = (await listStaticFiles(db, model)).map((row) =>
    checkStaticFile(
      {
        ...{ path: row.folder === "" ? `${model}.json` : `${row.folder}/${model}.json` },
        ...{ version: row.version, problem: row.problem },
        ...{ problemSince: row.problem_since, checkedAt: row.checked_at },
      },
      at,
    ),
  );
  if (deployment?.kind === "materialised")
    checks.push(checkLists(model, version, await hasLists(db, { model, version })));
  const batch = deployment?.kind === "batch" && (await findNewestOwnBatch(db, { model, version }));
  if (batch) {
    const { id: batchId, target, state, error_message: error } = batch;
    checks.push(checkBatch({ batchId, target, version, state, error }));
  }
  return checks;
}
