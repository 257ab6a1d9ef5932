import { readCell } from "./cell.ts";
import type { CsvRow } from "./csv.ts";
import type { Source } from "./definition.ts";
import { InvalidInput } from "./errors.ts";

/** A row's values in the order of the source's columns, as PostgreSQL reads them; or why it is set aside. */
export type CheckedRow = { values: (string | null)[] } | { fault: string };

/** Key columns are indexed; PostgreSQL's limit for the whole key is about 2,700 bytes, 3 a UTF-16 code unit at most. */
const MAX_KEY_LENGTH = 800;

/**
 * The check of one file's rows, made from its header.
 * @param place file and source for messages, as in `data/ratings.csv: sources.ratings`
 * @throws {InvalidInput} a header that the source reads is missing or there twice
 */
export function rowCheck(
  source: Source,
  header: readonly string[],
  place: string,
): (row: CsvRow) => CheckedRow {
  const columns = findColumns(source, header, place);
  const keyColumns = columns.flatMap(({ name }, index) => (source.key.includes(name) ? [index] : []));
  return ({ fields, fault }) => {
    if (fault !== undefined) return { fault };
    if (fields.length !== header.length)
      return { fault: `has ${fields.length} fields, the header has ${header.length}` };
    const values: (string | null)[] = [];
    for (const { name, type, at, optional } of columns) {
      const written = fields[at] as string;
      if (written === "" && optional) {
        values.push(null);
        continue;
      }
      const cell = written === "" ? { fault: "is empty" } : readCell(type, written);
      if ("fault" in cell) return { fault: `column "${name}" ${cell.fault}` };
      values.push(cell.value);
    }
    const keyLength = keyColumns.reduce((sum, index) => sum + (values[index]?.length ?? 0), 0);
    return keyLength > MAX_KEY_LENGTH
      ? { fault: `has a key of ${keyLength} characters; ${MAX_KEY_LENGTH} at most` }
      : { values };
  };
}

function findColumns(source: Source, header: readonly string[], place: string) {
  const names = header.map((name) => name.trim());
  const columns = Object.entries(source.columns).map(([name, column]) => {
    const from = column.from ?? name;
    // Whatever the definition says, a row is nothing without its key, and never seen without its known time.
    const isNeeded = source.key.includes(name) || source.knownTime === name;
    return { name, from, type: column.type, at: names.indexOf(from), optional: column.optional && !isNeeded };
  });
  const missing = columns.filter(({ at }) => at < 0).map(({ from }) => `"${from}"`);
  if (missing.length > 0)
    throw new InvalidInput(
      `${place}: column ${missing.join(", ")} is not in the file's header, which has ${shown(names)}; ${remedy(names)}`,
    );
  const twice = columns
    .filter(({ from, at }) => names.lastIndexOf(from) !== at)
    .map(({ from }) => `"${from}"`);
  if (twice.length > 0)
    throw new InvalidInput(
      `${place}: column ${twice.join(", ")} is in the file's header twice; rename one of them in the file`,
    );
  return columns;
}

function shown(names: readonly string[]): string {
  const few = names.slice(0, 20).map((name) => `"${name.slice(0, 60)}"`);
  return `${few.join(", ")}${names.length > few.length ? ` and ${names.length - few.length} more` : ""}`;
}

function remedy(names: readonly string[]): string {
  const [only] = names;
  if (names.length === 1 && only && /[;\t|]/.test(only)) return "separate the fields with commas";
  if (names.some((name) => name.includes("\r"))) return "end the lines with LF or CR LF";
  return "write the header's name in the column's \"from\", or mend the file";
}
