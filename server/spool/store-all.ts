import type { Database } from "../../db/connection.ts";
import { isUnstorable, type SpooledKind, type SpooledLines, storeSpooled } from "../../db/exposures.ts";

export interface Refused {
  line: Buffer;
  /** PostgreSQL's code; its words could quote what is in the line. */
  reason: string;
}

/**
 * Stores lines, and returns those that PostgreSQL will never take: one bad line must not hold up all that come after it.
 * They are looked for by halves.
 * @throws what may work next time, as when PostgreSQL is away; what was stored until then stays, and collapses next time
 */
export async function storeAll(database: Database, lines: SpooledLines): Promise<Refused[]> {
  const refused: Refused[] = [];
  // Exposures first, so that an outcome finds its own.
  for (const kind of ["exposure", "outcome"] as const)
    refused.push(...(await storeKind(database, kind, lines[kind])));
  return refused;
}

async function storeKind(
  database: Database,
  kind: SpooledKind,
  lines: readonly Buffer[],
): Promise<Refused[]> {
  if (lines.length === 0) return [];
  try {
    await storeSpooled(database, kind, lines);
    return [];
  } catch (error) {
    if (!isUnstorable(error)) throw error;
    const [line] = lines;
    if (lines.length === 1 && line)
      return [{ line, reason: `PostgreSQL: ${(error as { code?: string }).code}` }];
    const middle = lines.length >> 1;
    return [
      ...(await storeKind(database, kind, lines.slice(0, middle))),
      ...(await storeKind(database, kind, lines.slice(middle))),
    ];
  }
}
