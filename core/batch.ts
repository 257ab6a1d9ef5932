/** A table scored as a whole: what may be asked for, and where its rows come from and go. */
import { InvalidInput } from "./errors.ts";

export const BATCH_LAYOUTS = ["rows", "lists"] as const;
/** `rows`: a row an item; `lists`: a row a person, with arrays. */
export type BatchLayout = (typeof BATCH_LAYOUTS)[number];

export const STRANGERS = ["popularity", "set_aside"] as const;
/** What is done with a person without a history. */
export type Strangers = (typeof STRANGERS)[number];

export const BATCH_STATES = [
  "running",
  "needs_attention",
  "done",
  "cancelled",
  "superseded",
  "failed",
] as const;
export type BatchState = (typeof BATCH_STATES)[number];
export type BatchTrigger = "person" | "deployment" | "schedule";

/** Longest list, as a materialised one. */
export const MOST_BATCH_K = 1_000;

const NAME = "[a-z_][a-z0-9_]{0,62}";
const INPUT_FILE = /\.csv(\.gz)?$/i;
const OUTPUT_FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(csv|ndjson)$/;
const TABLE = new RegExp(`^(${NAME})\\.(${NAME})$`);
const OWN_NAME = /^[a-z][a-z0-9_]{0,39}$/;
/** Holt's own, and PostgreSQL's. */
const CLOSED_SCHEMAS = ["public", "lists", "batches", "batch_rows", "information_schema"];

/** Where people come from: a CSV file, a source or feature table of the definition, or a table of another schema. */
export type BatchSource =
  | { kind: "file"; file: string }
  | { kind: "own"; name: string }
  | { kind: "table"; schema: string; table: string };

/** Where lists go: a view of the schema `batches`, or a file of the operator's folder. */
export type BatchTarget =
  | { kind: "table"; name: string }
  | { kind: "file"; name: string; format: "csv" | "ndjson" };

/** What is wrong with `from`, as the end of a sentence; undefined when nothing is. */
export function findSourceFault(written: string): string | undefined {
  if (INPUT_FILE.test(written) || OWN_NAME.test(written)) return undefined;
  const [, schema] = TABLE.exec(written) ?? [];
  if (schema === undefined)
    return `"${written}" is neither a CSV file nor a table; write a name that ends with .csv, a source or feature of the definition, or schema.table in small letters`;
  if (CLOSED_SCHEMAS.includes(schema) || schema.startsWith("pg_"))
    return `"${written}" is in a schema of Holt's own or of PostgreSQL; name a table of another schema`;
  return undefined;
}

/** The same of `to`. */
export function findTargetFault(written: string): string | undefined {
  if (OWN_NAME.test(written) || OUTPUT_FILE.test(written)) return undefined;
  return `"${written}" is neither a table's name (a small letter, then small letters, digits or _, 40 at most) nor a file's (without folders, ending with .csv or .ndjson)`;
}

/** @throws {InvalidInput} as findSourceFault says */
export function parseBatchSource(written: string): BatchSource {
  const fault = findSourceFault(written);
  if (fault) throw new InvalidInput(`from: ${fault}`);
  if (INPUT_FILE.test(written)) return { kind: "file", file: written };
  const [, schema, table] = TABLE.exec(written) ?? [];
  if (schema !== undefined && table !== undefined) return { kind: "table", schema, table };
  return { kind: "own", name: written };
}

/** @throws {InvalidInput} as findTargetFault says */
export function parseBatchTarget(written: string): BatchTarget {
  const fault = findTargetFault(written);
  if (fault) throw new InvalidInput(`to: ${fault}`);
  if (OWN_NAME.test(written)) return { kind: "table", name: written };
  return { kind: "file", name: written, format: written.endsWith(".csv") ? "csv" : "ndjson" };
}
