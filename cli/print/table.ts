import { clean, paint, type Style } from "./style.ts";

/** A cell: a word, a number (aligned to the right), nothing, or a word in a colour. */
export type Cell = string | number | null | undefined | { text: string; style: Style };

/** Rows under bold headings, columns two spaces apart; the last column is as long as it is. */
export function drawTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => textOf(row[column]).length)),
  );
  const line = (cells: readonly Cell[], style?: Style) =>
    headings
      .map((_, column) => drawCell(cells[column], widths[column] ?? 0, style, isNumeric(rows, column)))
      .join("  ")
      .trimEnd();
  return [line(headings, "bold"), ...rows.map((row) => line(row))].join("\n");
}

/** `name  value` lines with the values in one column. */
export function drawPairs(pairs: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs
    .map(([name, cell]) => `${paint("dim", name.padEnd(width))}  ${drawCell(cell, 0, undefined, false)}`)
    .join("\n");
}

function drawCell(cell: Cell, width: number, style: Style | undefined, toTheRight: boolean): string {
  const text = textOf(cell);
  const padding = " ".repeat(Math.max(0, width - text.length));
  const painted = paint(typeof cell === "object" && cell !== null ? cell.style : style, text);
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
