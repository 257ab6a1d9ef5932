import { type DayInterval, intervalPlot, type PlotFrame } from "../core/experiment/interval-plot.ts";
import { formatChange } from "../core/experiment/metric-words.ts";
import { type Html, html } from "./html.ts";

const WIDE = { width: 900, height: 280, left: 64, bottom: 28 };
const NARROW = { width: 340, height: 240, left: 56, bottom: 28 };

/** Intervals over the days, once for paper and wide screens and once for narrow ones; the style shows one of both. */
export function drawIntervalPlot(
  points: readonly DayInterval[],
  of: { promised: number; days: number; label: string },
): Html {
  return html`${drawPlot(points, { ...of, frame: WIDE, size: "" })}${drawPlot(points, { ...of, frame: NARROW, size: " narrow" })}`;
}

function drawPlot(
  points: readonly DayInterval[],
  of: { promised: number; days: number; label: string; frame: PlotFrame; size: "" | " narrow" },
): Html {
  const plot = intervalPlot(points, of);
  if (!plot) return html``;
  const { width, height, left, bottom } = of.frame;
  const across = (kind: string, y: number) =>
    html`<line class="${kind}" x1="${left}" x2="${width}" y1="${round(y)}" y2="${round(y)}"/>`;
  const upright = (kind: string, x: number, from: number, until: number) =>
    html`<line class="${kind}" x1="${round(x)}" x2="${round(x)}" y1="${round(from)}" y2="${round(until)}"/>`;
  return html`<svg class="plot${of.size}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${of.label}">
${plot.levels.map(({ y, value }) => html`${across("grid", y)}<text x="${left - 8}" y="${round(y + 4)}" text-anchor="end">${formatChange(value)}</text>\n`)}
${plot.days.map(({ x, day }) => html`<text x="${round(x)}" y="${height - 8}" text-anchor="middle">${day === 0 ? "day 0" : day}</text>`)}
${upright("end", plot.end, 0, height - bottom)}${across("zero", plot.zero)}${across("promised", plot.promised)}
${plot.marks.map(({ x, estimate, low, high, isCut }) => html`${upright(isCut ? "interval cut" : "interval", x, low, high)}<circle class="estimate" cx="${round(x)}" cy="${round(estimate)}" r="4"/>\n`)}
</svg>`;
}

/** As much as a screen shows, so that equal reports are equal bytes on every machine. */
function round(place: number): number {
  return Number(place.toFixed(1));
}
