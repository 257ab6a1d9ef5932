/** Figures as everywhere in Holt (core/words.ts), and what to show where there is none. */
import * as words from "../../core/words.ts";

/** How an absent figure is shown: we don't know is not 0. */
const UNKNOWN = "–";

export function formatCount(count: number | null): string {
  return count === null ? UNKNOWN : words.formatCount(count);
}

/** `share` from 0 to 1, as per cent. */
export function formatShare(share: number | null): string {
  return share === null ? UNKNOWN : words.formatShare(share);
}

export function formatScore(score: number | null): string {
  return score === null ? UNKNOWN : score.toFixed(3);
}

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= size) return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  return words.plural(bytes, "byte");
}

/** First digits of a digest, enough to tell two apart by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}
