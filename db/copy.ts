import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

const TO_ESCAPE = /[\\\t\n\r]/;
const TO_ESCAPE_ALL = new RegExp(TO_ESCAPE, "g");
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** One line of PostgreSQL's text format for COPY. */
export function copyLine(values: readonly (string | null)[]): string {
  return `${values.map(copyValue).join("\t")}\n`;
}

/** Copies lines into a table as they come, no faster than PostgreSQL takes them; all of them, or none. */
export async function copyIn(
  client: PoolClient,
  statement: string,
  lines: AsyncIterable<string | Buffer>,
): Promise<void> {
  await pipeline(Readable.from(encoded(lines)), client.query(copyFrom(statement)));
}

/** Rows of `copy (…) to stdout` as unescaped values, no faster than they are taken. */
export async function* copyOut(
  client: PoolClient,
  statement: string,
): AsyncGenerator<(string | null)[], void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of client.query(copyTo(statement))) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.split("\t").map(unescaped);
  }
}

/** The same as the bytes that PostgreSQL sends. */
export function copyBytes(client: PoolClient, statement: string): AsyncIterable<Buffer> {
  return client.query(copyTo(statement));
}

async function* encoded(lines: AsyncIterable<string | Buffer>): AsyncGenerator<Buffer> {
  for await (const text of lines) yield typeof text === "string" ? Buffer.from(text) : text;
}

/** One value of such a line. */
export function copyValue(value: string | null): string {
  if (value === null) return "\\N";
  return TO_ESCAPE.test(value) ? value.replace(TO_ESCAPE_ALL, (found) => ESCAPES[found] as string) : value;
}

/** What PostgreSQL writes: the letters of C for the control characters that have one, and doubled backslashes. */
function unescaped(written: string): string | null {
  if (written === "\\N") return null;
  if (!written.includes("\\")) return written;
  const letters: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
  return written.replace(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter);
}
