/** What a delivery of a source was like, in figures: what the monitor compares later deliveries with. */
import { z } from "zod";

/** Shares of the rows below the quantiles that are kept of a number, from the 5th to the 95th percent. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
/** A text with more different values than this is no category. */
export const MOST_CATEGORIES = 100;
/** Of fewer new rows nothing is said of a column: a share of them would be chance. */
export const FEWEST_NEW_ROWS = 200;
/** Whole weeks of days that rows are counted of. */
export const WEEKS = 8;

const columnProfileSchema = z.object({
  /** Share of the rows without a value. */
  nullShare: z.number(),
  /** Values at `QUANTILES`, of numbers; null when no row has one. */
  quantiles: z.array(z.number()).length(QUANTILES.length).nullish(),
  /** Share of the rows that have it, of each value of a category. */
  values: z.record(z.string(), z.number()).nullish(),
});

export const sourceProfileSchema = z.object({
  /** All rows that were kept. */
  rows: z.int(),
  /** Those that the delivery before did not have. */
  newRows: z.int(),
  /** Of the new rows, column by column; null when they are fewer than `FEWEST_NEW_ROWS`. */
  columns: z.record(z.string(), columnProfileSchema).nullable(),
  /**
   * Rows of each day (UTC) by event time: the last is the day before the delivery, the first that day `WEEKS` weeks
   * earlier. Null without event times.
   */
  dailyRows: z
    .array(z.int())
    .length(WEEKS * 7 + 1)
    .nullable(),
});

export type ColumnProfile = z.output<typeof columnProfileSchema>;
export type SourceProfile = z.output<typeof sourceProfileSchema>;
