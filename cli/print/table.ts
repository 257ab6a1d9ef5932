import { clean, paint, type Style } from "./style.ts";
import { terminalWidth, wrap } from "./wrap.ts";

/** A cell: a word, a number (aligned to the right), nothing, or a word in a colour. */
export type Cell = string | number | null | undefined | { text: string; style: Style };
/** Text that is clean, with the line breaks that it was given. */
interface Wrapped {
  wrapped: string;
  style?: Style;
}

/** With less room than this for the last column its words stand below the row. */
const LEAST_ROOM = 24;
const BELOW = 4;

/**
 * Rows under bold headings, columns two spaces apart. The last column is as long as it is in a file or pipe; in a terminal its words
 * are wrapped, or stand below each row where the other columns leave them no room.
 */
export function drawTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  width = terminalWidth(),
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => textOf(row[column]).length)),
  );
  const before = widths.slice(0, -1);
  const start = before.reduce((sum, one) => sum + one + 2, 0);
  const isBelow = start + (widths.at(-1) ?? 0) > width && width - start < LEAST_ROOM;
  const indent = isBelow ? BELOW : start;
  const line = (cells: readonly Cell[], style?: Style) => {
    const drawn = widths.map((wide, column) => {
      const isLast = column === before.length;
      const cell = isLast ? wrapCell(cells[column], indent, width) : cells[column];
      return drawCell(cell, isLast && isBelow ? 0 : wide, style, isNumeric(rows, column));
    });
    if (!isBelow) return drawn.join("  ").trimEnd();
    const last = drawn.pop() ?? "";
    return [drawn.join("  ").trimEnd(), ...(last === "" ? [] : [" ".repeat(BELOW) + last])].join("\n");
  };
  return [line(headings, "bold"), ...rows.map((row) => line(row))].join("\n");
}

/** `name  value` lines with the values in one column. */
export function drawPairs(pairs: readonly (readonly [string, Cell])[], width = terminalWidth()): string {
  const names = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs
    .map(([name, cell]) => {
      const value = drawCell(wrapCell(cell, names + 2, width), 0, undefined, false);
      return `${paint("dim", name.padEnd(names))}  ${value}`;
    })
    .join("\n");
}

/** Wrapped words; a number is one. */
function wrapCell(cell: Cell, indent: number, width: number): Cell | Wrapped {
  if (typeof cell === "number") return cell;
  const wrapped = wrap(textOf(cell), indent, width);
  return { wrapped, ...(typeof cell === "object" && cell !== null ? { style: cell.style } : {}) };
}

function drawCell(
  cell: Cell | Wrapped,
  width: number,
  style: Style | undefined,
  toTheRight: boolean,
): string {
  const isObject = typeof cell === "object" && cell !== null;
  const text = isObject && "wrapped" in cell ? cell.wrapped : textOf(cell as Cell);
  const padding = " ".repeat(Math.max(0, width - text.length));
  const painted = paint((isObject ? cell.style : undefined) ?? style, text);
  return toTheRight ? padding + painted : painted + padding;
}

function isNumeric(rows: readonly (readonly Cell[])[], column: number): boolean {
  return rows.some((row) => typeof row[column] === "number");
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") return cell.toLocaleString("en-US");
  return clean(typeof cell === "string" ? cell : cell.text);
}
