/** What a plan's metrics count, and how their values and changes are written. */
import type { Measure, Metric } from "../definition-experiment.ts";
import { formatShare } from "../words.ts";

/** `mean spend in EUR within 7 d`. */
export function describeMetric(metric: Metric, currency: string | undefined): string {
  const named = (measure: Measure) => nameMeasure(measure, currency);
  const within = `within ${metric.within}`;
  const capped = capOf(metric);
  if (metric.kind === "retention") return `shown something again after ${metric.after}, ${within} of that`;
  if (metric.kind === "proportion") return `share with ${named(metric.of)} ${within}`;
  if (metric.kind === "quantile")
    return `${formatShare(metric.at)} quantile of ${named(metric.of)} ${within}`;
  if (metric.kind === "ratio") return `${named(metric.of)} per ${named(metric.per)} ${within}${capped}`;
  return `mean ${named(metric.of)} ${within}${capped}`;
}

function nameMeasure(measure: Measure, currency: string | undefined): string {
  if (typeof measure === "object") return "what its SQL counts";
  return measure === "spend" ? `spend in ${currency}` : measure === "latency" ? "ms of an answer" : measure;
}

/** An arm's value in the metric's own kind: a share in per cent, an amount with its currency; a dash where nobody counts. */
export function formatValue(value: number | undefined, metric: Metric, currency: string | undefined): string {
  if (value === undefined) return "–";
  if (metric.kind === "proportion" || metric.kind === "retention") return formatPercent(value);
  const unit =
    metric.kind === "ratio" ? "" : metric.of === "spend" ? currency : metric.of === "latency" ? "ms" : "";
  return `${Number(value.toPrecision(4))}${unit ? ` ${unit}` : ""}`;
}

/** With a sign that is as wide as a digit: `+2.1 %`, `−0.4 %`. */
export function formatChange(change: number): string {
  const size = formatPercent(Math.abs(change));
  if (size === "0 %") return "±0 %";
  return `${change > 0 ? "+" : "\u2212"}${size}`;
}

/** `between −0.4 % and +4.6 %` */
export function formatInterval({ low, high }: { low: number; high: number }): string {
  return `${formatChange(low)} to ${formatChange(high)}`;
}

/** To a tenth of a per cent, as much as an interval is ever told by; to a hundredth below 1 %. */
export function formatPercent(share: number): string {
  const percent = 100 * share;
  return `${Number(percent.toFixed(Math.abs(percent) < 1 ? 2 : 1)).toLocaleString("en-US")} %`;
}

/** Two digits of a p-value, and no more zeros than anybody reads; a dash where there is none. */
export function formatP(p: number | undefined): string {
  if (p === undefined) return "–";
  return p < 0.0001 ? "< 0.0001" : String(Number(p.toPrecision(2)));
}

function capOf(metric: Metric): string {
  if (metric.kind !== "mean" && metric.kind !== "ratio") return "";
  const { cap, winsorise } = metric;
  if (cap !== undefined) return `, at most ${cap} each`;
  if (!winsorise) return "";
  const whose = winsorise.of === "control" ? " of the control" : "";
  return `, at most the ${formatShare(winsorise.at)} quantile${whose} of those who have any`;
}
