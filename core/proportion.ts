/** How sure a difference of two shares is. */

export interface Interval {
  low: number;
  high: number;
}

/**
 * Wilson's score interval (1927) of a share: `count` of `of`, a whole number from 1.
 * @param z the normal distribution's quantile: 1.96 for 95 %, 2.576 for 99 %
 */
export function wilsonInterval(count: number, of: number, z: number): Interval {
  const share = count / of;
  const z2 = z * z;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Interval of the first share less the second, by Newcombe's hybrid score (1998, method 10): good also for few, and for
 * shares of 0 and 1.
 */
export function newcombeInterval(
  [count, of]: readonly [number, number],
  [otherCount, otherOf]: readonly [number, number],
  z: number,
): Interval {
  const share = count / of;
  const other = otherCount / otherOf;
  const a = wilsonInterval(count, of, z);
  const b = wilsonInterval(otherCount, otherOf, z);
  const difference = share - other;
  return {
    low: difference - Math.hypot(share - a.low, b.high - other),
    high: difference + Math.hypot(a.high - share, other - b.low),
  };
}
