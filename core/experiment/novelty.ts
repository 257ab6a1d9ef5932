/** Whether an effect wears off, or grows, with the days since people first met it. */
import { normalCdf, normalQuantile } from "./normal.ts";

/** The effect among units so many days after their first exposure. */
export interface DayEffect {
  /** 0 is the day of the first exposure. */
  day: number;
  effect: number;
  /** Its standard error, above 0. */
  error: number;
}

export interface Trend {
  /** Change of the effect a day. */
  slope: number;
  low: number;
  high: number;
  p: number;
  /** `fades`: from what it surely is on day 0 towards 0 or beyond it; `grows`: away from 0; `none`: no trend is sure. */
  verdict: "fades" | "grows" | "none";
}

/**
 * A straight line through the days' effects, each weighted by how sure it is. A unit's days go together, which makes the
 * slope surer than this says, not less sure. Undefined of fewer than three days. A novelty (or a dislike of what is new) is a
 * reason to run longer, and never decides: `alpha` is for one look.
 */
export function noveltyTrend(days: readonly DayEffect[], alpha = 0.05): Trend | undefined {
  if (new Set(days.map(({ day }) => day)).size < 3) return undefined;
  const weights = days.map(({ error }) => 1 / error ** 2);
  const sum = (of: (at: DayEffect) => number) =>
    days.reduce((total, day, at) => total + (weights[at] as number) * of(day), 0);
  const all = sum(() => 1);
  const middle = sum(({ day }) => day) / all;
  const spread = sum(({ day }) => (day - middle) ** 2);
  const slope = sum(({ day, effect }) => (day - middle) * effect) / spread;
  const error = 1 / Math.sqrt(spread);
  const half = normalQuantile(1 - alpha / 2) * error;
  const p = 2 * normalCdf(-Math.abs(slope) / error);
  const first = sum(({ effect }) => effect) / all - slope * middle;
  const last = first + slope * Math.max(...days.map(({ day }) => day));
  // a line that begins about 0 by chance on the other side of it does not fade towards 0
  const isSure = Math.abs(first) > normalQuantile(1 - alpha / 2) * Math.sqrt(1 / all + middle ** 2 / spread);
  const fades = slope * first < 0 && (isSure || Math.abs(last) < Math.abs(first));
  const verdict = p >= alpha ? "none" : fades ? "fades" : "grows";
  return { slope, low: slope - half, high: slope + half, p, verdict };
}
