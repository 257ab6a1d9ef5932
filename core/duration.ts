const UNITS_MS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/;

/** How a duration is written: a number and a unit (ms, s, min, h, d), as in `"36 h"`. */
export const DURATION_HINT = 'write a number and a unit (ms, s, min, h, d), as in "36 h"';

/** Milliseconds of a written duration, a whole number above 0; undefined when it isn't one. */
export function parseDuration(written: string): number | undefined {
  const [, amount, unit] = PATTERN.exec(written) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const milliseconds = Math.round(Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS]);
  return milliseconds > 0 && Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** The same for a duration that was validated before. @throws {RangeError} it isn't one */
export function durationMs(written: string): number {
  const milliseconds = parseDuration(written);
  if (milliseconds === undefined) throw new RangeError(`"${written}" is not a duration; ${DURATION_HINT}`);
  return milliseconds;
}

/** Milliseconds as a person reads them: the largest unit that gives at least 1, as in `3.2 d`, `450 ms`. */
export function formatDuration(milliseconds: number): string {
  for (const unit of ["d", "h", "min", "s"] as const) {
    const amount = milliseconds / UNITS_MS[unit];
    if (amount >= 1) return `${amount >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10} ${unit}`;
  }
  return `${Math.round(milliseconds)} ms`;
}
