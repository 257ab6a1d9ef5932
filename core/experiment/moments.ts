/**
 * What the analysis of an experiment needs of one metric in one arm: counts, sums, squares and products over units. They
 * add up, so days are stored and a re-analysis reads some rows instead of all exposures.
 */

/**
 * Sums over the units of one arm. A unit (a person, say) stands in exactly one row, that of the day of its first
 * exposure; so the rows of an arm are disjoint and their sum is the arm. Plain numbers, as JSON and as columns.
 */
export interface Moments {
  /** Units. */
  n: number;
  /** Σ of the units' values: 0 or 1 of a proportion, the amount of a mean, the numerator of a ratio. */
  y: number;
  /** Σ y². */
  yy: number;
  /** Of a ratio only: Σ of the units' denominators, Σ x² and Σ x·y. All three or none. */
  x?: number;
  xx?: number;
  xy?: number;
  /** For CUPED only: Σ of what the units did before their first exposure, Σ c² and Σ c·y. All three or none. */
  c?: number;
  cc?: number;
  cy?: number;
  /** For CUPED of a ratio only: Σ c·x. */
  cx?: number;
}

/** One unit's numbers, in the same letters. */
export interface UnitValue {
  y: number;
  x?: number;
  c?: number;
}

const PARTS = ["n", "y", "yy", "x", "xx", "xy", "c", "cc", "cy", "cx"] as const;

/** Of no unit; it adds to anything. */
export function noMoments(): Moments {
  return { n: 0, y: 0, yy: 0 };
}

/** Sums over units that all have the same letters. @throws {RangeError} they have not, or a number is not finite */
export function momentsOf(units: Iterable<UnitValue>): Moments {
  const sums = noMoments();
  for (const unit of units) addUnit(sums, unit);
  return sums;
}

/** Adds one unit in place; by hand, as simulations do it a hundred million times. @throws {RangeError} as {@link momentsOf} */
export function addUnit(sums: Moments, unit: UnitValue): void {
  assertLetters(sums, unit);
  const { y, x, c } = unit;
  sums.n += 1;
  sums.y += y;
  sums.yy += y * y;
  if (x !== undefined) {
    sums.x = (sums.x ?? 0) + x;
    sums.xx = (sums.xx ?? 0) + x * x;
    sums.xy = (sums.xy ?? 0) + x * y;
  }
  if (c !== undefined) {
    sums.c = (sums.c ?? 0) + c;
    sums.cc = (sums.cc ?? 0) + c * c;
    sums.cy = (sums.cy ?? 0) + c * y;
    if (x !== undefined) sums.cx = (sums.cx ?? 0) + c * x;
  }
}

/** The sum of rows: of days, of an arm's parts. @throws {RangeError} one has a letter that another with units lacks */
export function mergeMoments(rows: Iterable<Moments>): Moments {
  const sums = noMoments();
  for (const row of rows) addInto(sums, row);
  return sums;
}

function addInto(sums: Moments, more: Moments): void {
  if (more.n === 0) return;
  const isFirst = sums.n === 0;
  for (const part of PARTS) {
    const [before, added] = [sums[part], more[part]];
    assertLetter(part, added, isFirst || (before === undefined) === (added === undefined));
    if (added !== undefined) sums[part] = (before ?? 0) + added;
  }
}

function assertLetters(sums: Moments, { y, x, c }: UnitValue): void {
  const isFirst = sums.n === 0;
  assertLetter("y", y, true);
  assertLetter("x", x, isFirst || (sums.x === undefined) === (x === undefined));
  assertLetter("c", c, isFirst || (sums.c === undefined) === (c === undefined));
}

function assertLetter(part: string, added: number | undefined, isSame: boolean): void {
  if (added !== undefined && !Number.isFinite(added))
    throw new RangeError(`moments: ${part}: ${added} is not a finite number`);
  if (!isSame)
    throw new RangeError(
      `moments: ${part}: some units have it and others lack it; sums need it of all or none`,
    );
}
