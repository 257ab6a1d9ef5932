import type { Source } from "../core/definition.ts";
import { digestOf } from "./digest.ts";

/** What decides a snapshot's rows: the file's bytes (their SHA-256), and what the definition makes of them. */
export function digestOfSource(source: Source, bytesDigest: string): string {
  const { freshness: _, unchecked: __, ...shape } = source; // the monitor's business: they change no row
  return digestOf({ bytes: bytesDigest, source: shape });
}
