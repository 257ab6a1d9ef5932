import { BASELINE } from "../core/baseline.ts";
import type { Preview, QaReport, ShelfItem } from "../core/qa-report.ts";
import { CHANGE_WORDS } from "../core/report-words.ts";
import { placedBy, tellTaken } from "../core/rule-words.ts";
import { type Html, html } from "./html.ts";

/** Each person's shelves side by side: what is proposed, what is live, the popularity list. */
export function drawPreviews({ previews, candidate }: QaReport): Html {
  if (previews.length === 0) return html``;
  return html`<section><h2>Shelves of people</h2>${previews.map((preview) => drawPreview(preview, candidate))}</section>`;
}

/** The definition's editorial rules; nothing where it names none. */
export function drawRules({ rules = [] }: QaReport): Html {
  if (rules.length === 0) return html``;
  return html`<section><h2>Editorial rules</h2><p>Part of the release. All lists of this report are after them.</p><ul>${rules.map(({ name, says }) => html`<li>${says} <span class="quiet">${name}</span></li>`)}</ul></section>`;
}

function drawPreview(preview: Preview, candidate: string): Html {
  const { user, note, history } = preview;
  const sides: [string, readonly ShelfItem[]][] = [
    [`${candidate} (proposed)`, preview.candidate],
    ...(preview.champion ? [["Live now", preview.champion] as [string, readonly ShelfItem[]]] : []),
    ...(candidate === BASELINE
      ? []
      : [["Popularity list", preview.baseline] as [string, readonly ShelfItem[]]]),
  ];
  const had =
    history.length === 0
      ? html`<p>No history, so the popularity list answers.</p>`
      : html`<p><span class="quiet">Had last:</span> ${history.map(({ title }) => title).join(" · ")}</p>`;
  const { taken = [], rulesUnmet = [] } = preview;
  const told = html`${taken.length > 0 && html`<p><span class="quiet">Taken away by rules:</span> ${tellTaken(taken)}</p>`}${rulesUnmet.length > 0 && html`<p><span class="quiet">Too few items for the rules:</span> ${rulesUnmet.join(", ")}</p>`}`;
  return html`<h3>${user}${note !== "" && html` <span class="quiet">${note}</span>`}</h3>
${had}${told}
<table class="shelves">
<thead><tr>${sides.map(([heading]) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody><tr>${sides.map(([heading, shelf]) => html`<td data-label="${heading}">${drawShelf(shelf)}</td>`)}</tr></tbody>
</table>`;
}

function drawShelf(shelf: readonly ShelfItem[]): Html {
  if (shelf.length === 0) return html`<span class="quiet">nothing</span>`;
  return html`<ol>${shelf.map(drawItem)}</ol>`;
}

function drawItem({ title, genre, change, because, ...item }: ShelfItem): Html {
  const placed = placedBy(item);
  const word = change === null ? "" : CHANGE_WORDS[change];
  const reasons = because.map((reason) => reason.title).join(", ");
  return html`<li>${title}${word !== "" && html` <span class="mark ${change}">${word}</span>`}${genre !== null && html` <span class="quiet">${genre}</span>`}${placed !== "" && html`<br><span class="quiet">${placed}</span>`}${reasons !== "" && html`<br><span class="quiet">because of ${reasons}</span>`}</li>`;
}
