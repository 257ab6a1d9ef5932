import type { SetAsideRow } from "../../core/api.ts";
import { formatCount } from "../../core/words.ts";
import { drawTable } from "./table.ts";

/** As many as fit below a run's steps. */
export const MOST_SET_ASIDE = 10;
const LONGEST_ROW = 60;

/** Rows that a run's sources didn't take: how many, and the first of them. */
export interface SetAside {
  count: number;
  rows: SetAsideRow[];
}

/** Each row with its place and reason, so that somebody can mend the file; nothing when all were taken. */
export function drawSetAside({ count, rows }: SetAside): string[] {
  if (count === 0) return [];
  const table = drawTable(
    ["source", "line", "why it was set aside", "the row"],
    rows.map(({ source, line, reason, raw }) => [source, line, reason, shorten(raw)]),
  );
  const more = count - rows.length;
  return ["", table, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])];
}

function shorten(raw: string): string {
  return raw.length <= LONGEST_ROW ? raw : `${raw.slice(0, LONGEST_ROW - 1)}…`;
}
