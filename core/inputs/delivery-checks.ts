/** Whether a source's newest delivery is as its earlier ones were. What is usual is learned from those, not set. */
import type { MonitorCheck } from "../api.ts";
import type { Source } from "../definition.ts";
import { formatCount, formatShare, plural } from "../words.ts";
import { type ColumnProfile, QUANTILES, type SourceProfile } from "./profile.ts";
import { median, spreadOf } from "./robust.ts";
import { judgeVolume } from "./volume.ts";

/** With fewer earlier deliveries nothing is said: of two or three nobody knows what is usual. */
export const FEWEST_EARLIER = 5;

/** How the number of all rows may change from one delivery to the next: in spreads of such changes, and at the least. */
const GROWTH_WIDTH = 6;
const LEAST_GROWTH = Math.log(1.25);
/** A share of rows that is no breach though no earlier delivery had it. */
const LEAST_NULLS = 0.05;
const LEAST_NEW_VALUES = 0.02;
/** A value that each earlier delivery had in so many of its rows does not vanish by chance. */
const COMMON = 0.05;

const [LOW, MIDDLE, HIGH] = [QUANTILES.indexOf(0.25), QUANTILES.indexOf(0.5), QUANTILES.indexOf(0.75)];
const [LOWEST, HIGHEST] = [QUANTILES.indexOf(0.05), QUANTILES.indexOf(0.95)];

export interface Deliveries {
  source: string;
  defined: Source;
  newest: SourceProfile;
  /** The oldest first. */
  earlier: readonly SourceProfile[];
}

/**
 * The checks that can tell something of this delivery; what the source's definition names under `unchecked` is left out.
 * An earlier delivery that was unusual itself is none to go by, or a fault that lasts would pass the second time.
 * A breach here names the source as its cause, and what a column had, never a value: incidents are sent to others.
 */
export function checkDelivery(deliveries: Deliveries): MonitorCheck[] {
  const usual: SourceProfile[] = [];
  for (const profile of deliveries.earlier) {
    const checks = checksOf({ ...deliveries, newest: profile, earlier: usual });
    if (!checks.some(({ id, verdict }) => verdict === "fail" && !id.startsWith("volume:")))
      usual.push(profile);
  }
  return checksOf({ ...deliveries, earlier: usual });
}

function checksOf(deliveries: Deliveries): MonitorCheck[] {
  const { defined, newest, earlier } = deliveries;
  const columns = Object.keys(defined.columns).filter((column) => !defined.key.includes(column));
  const judged = earlier.flatMap((profile) => (profile.columns ? [profile.columns] : []));
  const found = [
    volumeCheck(deliveries),
    rowsCheck(deliveries),
    ...columns.flatMap((column) => {
      const now = newest.columns?.[column];
      const then = judged.flatMap((profile) => profile[column] ?? []);
      if (!now || then.length < FEWEST_EARLIER) return [];
      const of = { ...deliveries, column, now, then };
      return [nullsCheck(of), valuesCheck(of), rangeCheck(of)];
    }),
  ];
  const unchecked = new Set(defined.unchecked ?? []);
  return found
    .filter((check) => check !== undefined)
    .filter(({ id }) => !unchecked.has(id.replace(`:${deliveries.source}`, "")));
}

/** Names that `unchecked` may have, for a source with these columns. */
export function namesOfChecks({ columns, key }: Pick<Source, "columns" | "key">): string[] {
  const judged = Object.entries(columns).filter(([name]) => !key.includes(name));
  return [
    ...["volume", "rows"],
    ...judged.flatMap(([name, { type, optional }]) => [
      ...(optional ? [`nulls:${name}`] : []),
      ...(type === "text" || type === "boolean" ? [`values:${name}`] : []),
      ...(type === "number" || type === "integer" ? [`range:${name}`] : []),
    ]),
  ];
}

function volumeCheck({ source, newest }: Deliveries): MonitorCheck | undefined {
  const day = newest.dailyRows && judgeVolume(newest.dailyRows);
  if (!day) return undefined;
  const [rows, usual, from, to] = [day.rows, day.usual, day.from, day.to].map(Math.round).map(formatCount);
  return {
    ...of(source, "volume", `Source "${source}" has as many rows a day as usual`),
    verdict: day.rows < day.from || day.rows > day.to ? "fail" : "pass",
    value: `${rows} rows`,
    threshold: `${from} to ${to} rows`,
    explanation: `Source "${source}" has ${rows} rows of the day before its delivery; ${usual} are usual for that weekday.`,
  };
}

function rowsCheck({ source, newest, earlier }: Deliveries): MonitorCheck | undefined {
  const rows = earlier.map((profile) => profile.rows);
  const last = rows.at(-1);
  if (last === undefined || last === 0 || rows.length < FEWEST_EARLIER) return undefined;
  const growths = rows.slice(1).map((count, at) => Math.log((count + 1) / ((rows[at] ?? 0) + 1)));
  const usual = median(growths);
  const width = Math.max(LEAST_GROWTH, GROWTH_WIDTH * spreadOf(growths.map((growth) => growth - usual)));
  const [from, to] = [last * Math.exp(usual - width), last * Math.exp(usual + width)];
  return {
    ...of(source, "rows", `Source "${source}" is as long as usual`),
    verdict: newest.rows < from || newest.rows > to ? "fail" : "pass",
    value: plural(newest.rows, "row"),
    threshold: `${formatCount(Math.round(from))} to ${formatCount(Math.round(to))} rows`,
    explanation: `Source "${source}" was delivered with ${plural(newest.rows, "row")}, the last usual time before with ${formatCount(last)}.`,
  };
}

interface Column extends Deliveries {
  column: string;
  now: ColumnProfile;
  /** The oldest first. */
  then: readonly ColumnProfile[];
}

function nullsCheck({ source, defined, column, now, then, newest }: Column): MonitorCheck | undefined {
  if (!defined.columns[column]?.optional) return undefined; // a row without it is set aside
  const most = Math.max(...then.map(({ nullShare }) => nullShare));
  const limit = Math.min(1, Math.max(2 * most, most + LEAST_NULLS));
  if (limit === 1) return undefined;
  return {
    ...of(source, `nulls:${column}`, `Column "${column}" of source "${source}" has its values`),
    verdict: now.nullShare > limit ? "fail" : "pass",
    value: `${formatShare(now.nullShare)} empty`,
    threshold: `at most ${formatShare(limit)} empty`,
    explanation: `Source "${source}": of ${plural(newest.newRows, "new row")}, ${formatShare(now.nullShare)} have no "${column}"; never more than ${formatShare(most)} in ${plural(then.length, "usual delivery", "usual deliveries")} before.`,
  };
}

function valuesCheck({ source, column, now, then, newest }: Column): MonitorCheck | undefined {
  const known = then.map(({ values }) => values).filter((values) => values != null);
  // a category by each earlier delivery; that it is none any more is the strongest change of all
  if (known.length < then.length) return undefined;
  const names = new Set(known.flatMap((values) => Object.keys(values)));
  const unheard = now.values ? sum(Object.entries(now.values).filter(([name]) => !names.has(name))) : 1;
  const common = [...names].filter((name) => known.every((values) => (values[name] ?? 0) >= COMMON));
  const vanished = common.filter((name) => !now.values?.[name]);
  return {
    ...of(source, `values:${column}`, `Column "${column}" of source "${source}" has the values it had`),
    verdict: unheard > LEAST_NEW_VALUES || vanished.length > 0 ? "fail" : "pass",
    value: `${formatShare(unheard)} unheard of, ${formatCount(vanished.length)} vanished`,
    threshold: `at most ${formatShare(LEAST_NEW_VALUES)} unheard of, none vanished`,
    explanation: `Source "${source}": of ${plural(newest.newRows, "new row")}, ${formatShare(unheard)} have a "${column}" that no earlier delivery had; of ${plural(common.length, "common value")} ${formatCount(vanished.length)} ${vanished.length === 1 ? "is" : "are"} not there any more.`,
  };
}

function rangeCheck({ source, column, now, then, newest }: Column): MonitorCheck | undefined {
  const earlier = then.map(({ quantiles }) => quantiles).filter((quantiles) => quantiles != null);
  if (!now.quantiles || earlier.length < FEWEST_EARLIER) return undefined;
  const at = (quantiles: readonly number[], index: number) => quantiles[index] ?? Number.NaN;
  const from = Math.min(...earlier.map((quantiles) => at(quantiles, LOW)));
  const to = Math.max(...earlier.map((quantiles) => at(quantiles, HIGH)));
  const middle = at(now.quantiles, MIDDLE);
  const isConstant = (quantiles: readonly number[]) => at(quantiles, LOWEST) === at(quantiles, HIGHEST);
  const hasCollapsed = isConstant(now.quantiles) && !earlier.some(isConstant);
  return {
    ...of(source, `range:${column}`, `Column "${column}" of source "${source}" is about as large as it was`),
    verdict: middle < from || middle > to || hasCollapsed ? "fail" : "pass",
    value: hasCollapsed ? `${formatNumber(middle)} in nearly all rows` : `median ${formatNumber(middle)}`,
    threshold: `median ${formatNumber(from)} to ${formatNumber(to)}, and no constant`,
    explanation: hasCollapsed
      ? `Source "${source}": nearly all of ${plural(newest.newRows, "new row")} have the same "${column}", as in no earlier delivery.`
      : `Source "${source}": the median of "${column}" is ${formatNumber(middle)} in ${plural(newest.newRows, "new row")}; the middle half of every earlier delivery lay within ${formatNumber(from)} and ${formatNumber(to)}.`,
  };
}

function of(source: string, what: string, title: string): Pick<MonitorCheck, "id" | "title" | "cause"> {
  const [kind, ...column] = what.split(":");
  return { id: [kind, source, ...column].join(":"), title, cause: `source:${source}` };
}

function sum(shares: readonly (readonly [string, number])[]): number {
  return shares.reduce((total, [, share]) => total + share, 0);
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
