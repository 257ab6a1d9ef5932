/** Whether a day brought as many rows as its weekday does: the band is learned from the eight weeks before. */
import { WEEKS } from "./profile.ts";
import { median, spreadOf } from "./robust.ts";

/** With fewer rows on a usual day chance is larger than what is looked for. */
export const FEWEST_USUAL = 30;
/** Width of the band in spreads; simulated in volume.test.ts, at most 5 in 1,000 usual days are outside. */
const WIDTH = 4;
/** Each weekday's middle is of its own eight values, so what is left of them is less than what a new day has. */
const SMALL_SAMPLE = 1.15;
/** A narrower spread than this is not believed: what is usual for two months is no law. */
const LEAST_SPREAD = 0.05;
/** And what lies within this of the usual is no breach, however even the days were. */
const LEAST_LOSS = 0.7;
const LEAST_GAIN = 1.45;

export interface DayVolume {
  rows: number;
  /** Middle of the same weekday in the weeks before. */
  usual: number;
  /** What is not a breach, in rows. */
  from: number;
  to: number;
}

/**
 * @param dailyRows of `WEEKS` weeks and a day, the day to judge last
 * @returns undefined when a usual day has too few rows, or the source is too young, to tell
 */
export function judgeVolume(dailyRows: readonly number[]): DayVolume | undefined {
  const days = dailyRows.slice(0, WEEKS * 7);
  const rows = dailyRows[WEEKS * 7];
  // a week without any row at its beginning is from before the source began
  if (rows === undefined || days.slice(0, 7).every((count) => count === 0)) return undefined;
  const logs = days.map(Math.log1p);
  const middles = Array.from({ length: 7 }, (_, weekday) =>
    median(logs.filter((_, day) => day % 7 === weekday)),
  );
  const middle = middles[0] ?? 0;
  const usual = Math.expm1(middle);
  if (usual < FEWEST_USUAL) return undefined;
  const spread = Math.max(
    SMALL_SAMPLE * spreadOf(logs.map((log, day) => log - (middles[day % 7] ?? 0))),
    1 / Math.sqrt(usual), // of counts that come by chance alone (Poisson)
    LEAST_SPREAD,
  );
  return {
    ...{ rows, usual },
    from: usual * Math.min(LEAST_LOSS, Math.exp(-WIDTH * spread)),
    to: usual * Math.max(LEAST_GAIN, Math.exp(WIDTH * spread)),
  };
}
