const counts = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const shares = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const scores = new Intl.NumberFormat(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const amounts = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** How an absent figure is shown: we don't know is not 0. */
export const UNKNOWN = "–";

export function formatCount(count: number | null): string {
  return count === null ? UNKNOWN : counts.format(count);
}

/** `share` from 0 to 1, as per cent. */
export function formatShare(share: number | null): string {
  return share === null ? UNKNOWN : shares.format(share);
}

export function formatScore(score: number | null): string {
  return score === null ? UNKNOWN : scores.format(score);
}

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= size) return `${amounts.format(bytes / size)} ${unit}`;
  return `${counts.format(bytes)} bytes`;
}

/** First digits of a digest, enough to tell two apart by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** `1 review waits`, `2 reviews wait`. */
export function plural(count: number, one: string, many: string): string {
  return `${counts.format(count)} ${count === 1 ? one : many}`;
}

/** By how much `value` is above `reference`, as a share of it; undefined when that can't be told. */
export function gainOver(value: number | null, reference: number | null): number | undefined {
  if (value === null || reference === null || reference <= 0) return undefined;
  return (value - reference) / reference;
}
