import { type CsvRow, CsvSplitter } from "../../core/csv.ts";
import type { Source } from "../../core/definition.ts";
import { InvalidInput } from "../../core/errors.ts";
import { type CheckedRow, rowCheck } from "../../core/row-check.ts";
import { plural } from "../../core/words.ts";
import type { StagedRow } from "../../db/staging.ts";
import type { StepTools } from "../record-step.ts";
import { readText, type SourceFile } from "./source-file.ts";

/** Rows a batch, which is one write: COPY gets slower with fewer, memory fuller with more. */
const BATCH_ROWS = 1_000;

/**
 * A source's rows, checked, in batches; each row of the file is in one of them, with values or with a fault.
 * @throws {InvalidInput} the file has no header, or one that doesn't fit the source
 */
export async function* readRows(
  file: SourceFile,
  source: Source,
  bytesDigest: string,
  { signal, progress }: StepTools,
): AsyncGenerator<StagedRow[], void> {
  let check: ((row: CsvRow) => CheckedRow) | undefined;
  let batch: StagedRow[] = [];
  let rows = 0;
  for await (const found of splitRows(file, bytesDigest, signal)) {
    for (const row of found) {
      if (!check) {
        check = rowCheck(source, headerOf(row, file), file.place);
        continue;
      }
      const checked = check(row);
      batch.push(
        "fault" in checked ? { line: row.line, ...checked, raw: row.raw() } : { line: row.line, ...checked },
      );
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    rows += found.length;
    progress(`${plural(rows, "row")} read`);
  }
  if (!check)
    throw new InvalidInput(
      `${file.place}: is empty; its first line must name the columns, even without rows`,
    );
  if (batch.length > 0) yield batch;
}

async function* splitRows(
  file: SourceFile,
  bytesDigest: string,
  signal: AbortSignal,
): AsyncGenerator<CsvRow[], void> {
  const splitter = new CsvSplitter();
  for await (const text of readText(file, bytesDigest, signal)) yield splitter.push(text);
  yield splitter.end();
}

function headerOf({ fields, fault, line }: CsvRow, file: SourceFile): string[] {
  if (fault === undefined) return fields;
  throw new InvalidInput(`${file.place}: line ${line}, its header, ${fault}; mend the file`);
}
