/** Where an interval plot's lines lie: one interval a day, the gain that the plan asks for drawn in. For pages and reports. */
import type { Effect } from "./compare.ts";

export interface DayInterval extends Pick<Effect, "estimate" | "low" | "high"> {
  day: number;
}

export interface PlotFrame {
  width: number;
  height: number;
  /** Room for the labels at the left, and below. */
  left: number;
  bottom: number;
}

export interface IntervalPlot {
  /** Levels of the axis of changes. */
  levels: { y: number; value: number }[];
  days: { x: number; day: number }[];
  /** No change at all, and the lift worth having. */
  zero: number;
  promised: number;
  /** `isCut`: the interval goes on beyond the plot. */
  marks: { day: number; x: number; estimate: number; low: number; high: number; isCut: boolean }[];
  /** Where the plan's days are over. */
  end: number;
}

/** Levels of the axis, about so many. */
const LEVELS = 5;
const DAYS = 7;
/** Air above and below, as a share of what is shown. */
const AIR = 0.08;

/**
 * The first days' intervals are so wide that the later ones would be a line: the axis holds the last one, half of all, 0 and
 * what was promised, and wider ones are cut at its ends. Undefined without any interval.
 * @param promised the lift worth having, with its sign
 * @param days as many as the plan has
 */
export function intervalPlot(
  points: readonly DayInterval[],
  { promised, days, frame }: { promised: number; days: number; frame: PlotFrame },
): IntervalPlot | undefined {
  const last = points.at(-1);
  if (!last) return undefined;
  const lows = points.map(({ low }) => low).sort((a, b) => b - a);
  const highs = points.map(({ high }) => high).sort((a, b) => a - b);
  const half = Math.floor(points.length / 2);
  const from = Math.min(0, promised, last.low, lows[half] as number);
  const until = Math.max(0, promised, last.high, highs[half] as number);
  const air = (until - from) * AIR;
  const [bottom, top] = [from - air, until + air];
  const lastDay = Math.max(days, last.day, 1);
  const x = (day: number) => frame.left + ((frame.width - frame.left) * (day + 0.5)) / (lastDay + 1);
  const y = (value: number) => {
    const share = (Math.min(top, Math.max(bottom, value)) - bottom) / (top - bottom);
    return (frame.height - frame.bottom) * (1 - share);
  };
  return {
    levels: steps(bottom, top, LEVELS).map((value) => ({ y: y(value), value })),
    days: steps(0, lastDay, DAYS, 1).map((day) => ({ x: x(day), day })),
    zero: y(0),
    promised: y(promised),
    end: x(days),
    marks: points.map(({ day, estimate, low, high }) => ({
      ...{ day, x: x(day), estimate: y(estimate), low: y(low), high: y(high) },
      isCut: low < bottom || high > top,
    })),
  };
}

/** Round numbers from one to another, about `count` of them; 1, 2 or 5 times a power of ten apart. */
function steps(from: number, until: number, count: number, least = 0): number[] {
  const rough = (until - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(until / step + 1e-9);
  // a zero that is none, as 5 times -0, would be written with a sign
  return Array.from(
    { length: last - first + 1 },
    (_, at) => Number(((first + at) * step).toPrecision(12)) + 0,
  );
}
