import { type Html, html } from "./html.ts";

export interface Column {
  heading: string;
  isNumber?: boolean;
}

type Cell = string | number | Html | null;

/** A table whose first cell heads its row; on a narrow screen each other cell says what it is. Nothing is a dash. */
export function drawTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const kind = ({ isNumber }: Column) => (isNumber ? html` class="number"` : html``);
  return html`<table>
<thead><tr>${columns.map((column) => html`<th scope="col"${kind(column)}>${column.heading}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column, place) => drawCell(column, row[place] ?? null, place))}</tr>\n`)}</tbody>
</table>`;
}

function drawCell(column: Column, cell: Cell, place: number): Html {
  const shown = cell === null || cell === "" ? "–" : cell;
  if (place === 0) return html`<th scope="row">${shown}</th>`;
  const classes = [column.isNumber ? "number" : "", shown === "–" ? "empty" : ""].filter(Boolean).join(" ");
  return html`<td class="${classes}" data-label="${column.heading}">${shown}</td>`;
}
