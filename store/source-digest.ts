import type { Source } from "../core/definition.ts";
import { digestOf } from "./digest.ts";

/** What decides a snapshot's rows: the file's bytes (their SHA-256), and what the definition makes of them. */
export function digestOfSource(source: Source, bytesDigest: string): string {
  const { freshness: _, ...shape } = source; // the monitor's business: it changes no row
  return digestOf({ bytes: bytesDigest, source: shape });
}
