/** A batch's rows as a file: written beside its place, and moved there once it is whole. */
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Kysely } from "kysely";
import { type BatchTarget, parseBatchTarget } from "../../core/batch.ts";
import { InvalidInput } from "../../core/errors.ts";
import { selectOutput } from "../../db/batch-tables.ts";
import type { BatchRow } from "../../db/batches.ts";
import { copyBytes } from "../../db/copy.ts";
import { withSession } from "../../db/session.ts";
import type { Tables } from "../../db/tables.ts";
import { failpoint } from "../../store/failpoint.ts";
import type { ActivityContext } from "../context.ts";

export interface WrittenFile {
  /** Moves it to its place, where whoever opens it has all of the one before, or all of this; notes the path. */
  show(trx: Kysely<Tables>): Promise<void>;
  /** Removes it, if it was not moved. */
  discard(): Promise<void>;
}

/** Undefined where the target is a table. The same rows give the same bytes. @throws {InvalidInput} no folder is set */
export async function writeFile(
  context: ActivityContext,
  batch: BatchRow,
  signal: AbortSignal,
): Promise<WrittenFile | undefined> {
  const target = parseBatchTarget(batch.target);
  if (target.kind === "table") return undefined;
  if (context.batchFolder === undefined)
    throw new InvalidInput(
      `to: "${batch.target}" is a file, and this worker has no folder for files; set HOLT_BATCH_FOLDER on it, or name a table`,
    );
  const folder = join(context.batchFolder, batch.model);
  await mkdir(folder, { recursive: true });
  const path = join(folder, target.name);
  const unfinished = join(folder, `.${target.name}.${batch.seq}.part`);
  await withSession(context.database, signal, async (client) => {
    // as the rows were added, which is the input's order, so that another attempt writes the same bytes
    await client.query(
      "set synchronize_seqscans = off; set max_parallel_workers_per_gather = 0; set timezone = 'UTC'",
    );
    const bytes = Readable.from(copyBytes(client, statementOf(context.database.db, batch, target)));
    await pipeline(bytes, createWriteStream(unfinished, { flush: true }), { signal });
  });
  await failpoint("in batch file");
  return {
    async show(trx) {
      await rename(unfinished, path);
      await flushFolder(folder);
      await trx.updateTable("batch").set({ file_path: path }).where("id", "=", batch.id).execute();
    },
    discard: () => rm(unfinished, { force: true }),
  };
}

/** PostgreSQL writes it: a JSON text has no character below a blank, so these two stand in no row, and none is quoted. */
function statementOf(
  db: Kysely<Tables>,
  batch: BatchRow,
  { format }: Extract<BatchTarget, { kind: "file" }>,
): string {
  const rows = `(${selectOutput(db, batch)}) as one`;
  if (format === "ndjson")
    return `copy (select row_to_json(one)::text from ${rows}) to stdout
      with (format csv, quote e'\\x01', delimiter e'\\x02')`;
  const json = (column: string) => `array_to_json(${column}) as ${column}`;
  const columns =
    batch.layout === "rows"
      ? "*"
      : `user_id, ${["items", "scores", "placed_by"].map(json).join(", ")}, line, version, release_digest, scored_at`;
  return `copy (select ${columns} from ${rows}) to stdout with (format csv, header)`;
}

/** So that the move outlives a power cut; not every system can. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
