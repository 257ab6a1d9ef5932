/** Rows of what a batch reads, checked, in chunks of one write each. */
import { parseBatchSource } from "../../core/batch.ts";
import { readBatchRow } from "../../core/batch-rows.ts";
import { CsvSplitter } from "../../core/csv.ts";
import { InvalidInput } from "../../core/errors.ts";
import { type BatchCells, findBatchTable, readBatchTable } from "../../db/batch-source.ts";
import type { CopiedRow } from "../../db/batch-tables.ts";
import type { BatchRow } from "../../db/batches.ts";
import { withSession } from "../../db/session.ts";
import type { ActivityContext } from "../context.ts";
import { digestFile, findFile, readText } from "../csv/source-file.ts";

const CHUNK_ROWS = 1_000;

export interface InputPlace {
  batch: BatchRow;
  /** Folder of the definition, from which a relative file starts. */
  folder: string;
}

/**
 * Hands all rows of a batch's source on, while its file or session is open. A line is the file's, or counts the table's rows.
 * @throws {InvalidInput} the source isn't there, may not be read, or has neither people nor items
 */
export async function withInput<T>(
  context: ActivityContext,
  { batch, folder }: InputPlace,
  signal: AbortSignal,
  work: (rows: AsyncIterable<readonly CopiedRow[]>) => Promise<T>,
): Promise<T> {
  const source = parseBatchSource(batch.source);
  if (source.kind === "file") {
    const file = await findFile(folder, source.file, `${source.file}: from`, context.sourceFolders);
    return work(chunked(csvRows(file, signal)));
  }
  const table = await findBatchTable(context.database.db, batch.model, source);
  return withSession(context.ingest, signal, (client) =>
    work(chunked(tableRows(readBatchTable(client, table)))),
  );
}

async function* tableRows(cells: AsyncIterable<BatchCells>): AsyncGenerator<CopiedRow, void> {
  let line = 0;
  for await (const one of cells) {
    line += 1;
    yield { line, ...readBatchRow(one) };
  }
}

async function* csvRows(
  file: Awaited<ReturnType<typeof findFile>>,
  signal: AbortSignal,
): AsyncGenerator<CopiedRow, void> {
  const splitter = new CsvSplitter();
  let header: Header | undefined;
  const digest = await digestFile(file, signal);
  async function* pieces() {
    for await (const text of readText(file, digest, signal)) yield splitter.push(text);
    yield splitter.end();
  }
  for await (const rows of pieces())
    for (const { line, fields, fault } of rows) {
      if (!header) {
        if (fault) throw new InvalidInput(`${file.place}: line ${line}, its header, ${fault}; mend the file`);
        header = headerOf(fields, file.place);
      } else if (fault !== undefined) yield { line, fault };
      else if (fields.length !== header.width)
        yield { line, fault: `has ${fields.length} fields where the header has ${header.width}` };
      else yield { line, ...readBatchRow(cellsOf(fields, header)) };
    }
  if (!header) throw new InvalidInput(`${file.place}: is empty; its first line must name the columns`);
}

interface Header {
  width: number;
  userId: number;
  items: number;
  country: number;
}

function headerOf(fields: readonly string[], place: string): Header {
  const at = (column: string) => fields.indexOf(column);
  const header = { width: fields.length, userId: at("user_id"), items: at("items"), country: at("country") };
  if (header.userId < 0 && header.items < 0)
    throw new InvalidInput(
      `${place}: its header has neither "user_id" nor "items"; name one of them in the first line`,
    );
  return header;
}

function cellsOf(fields: readonly string[], { userId, items, country }: Header): BatchCells {
  return { userId: fields[userId] ?? null, items: fields[items] ?? null, country: fields[country] ?? null };
}

async function* chunked(rows: AsyncIterable<CopiedRow>): AsyncGenerator<CopiedRow[], void> {
  let chunk: CopiedRow[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
