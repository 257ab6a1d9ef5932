/** Which exposures are an experiment's, and which of them a look before may not have seen. */
import { type RawBuilder, sql } from "kysely";
import type { Experiment } from "../core/experiments-api.ts";
import { firstIdAt } from "../store/timed-id.ts";

const DAY_MS = 86_400_000;
/** A server stores a segment of its spool in a minute at most (exposures.ts); until then nobody else sees its rows. */
const LONGEST_STORING_MS = 2 * 60_000;

/** As of when all is to be right, and as of when it was, if ever. */
export interface Look {
  before: Date | undefined;
  asOf: Date;
}

export function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** Whether exposure `e` is of unit `u`. A person's are all of the model, so that what they did before counts as such. */
export function matches({ id, model, plan }: Pick<Experiment, "id" | "model" | "plan">): RawBuilder<boolean> {
  return plan.unit === "person"
    ? sql`e.model = ${model} and e.user_id = u.unit_id`
    : sql`e.experiment = ${id} and e.unit_id = u.unit_id`;
}

/** Whether exposure `e` may make somebody a unit. */
export function isOfExperiment({ id, model, plan }: Experiment): RawBuilder<boolean> {
  return plan.holdout ? sql`e.model = ${model} and e.user_id <> ''` : sql`e.experiment = ${id}`;
}

export function arrivedSince(storedAt: RawBuilder<unknown>, before: Date): RawBuilder<boolean> {
  return sql`${storedAt} >= ${new Date(before.getTime() - LONGEST_STORING_MS)}`;
}

/** Exposures `e` that are of the time before a look, and came after it. */
export function lateExposures(before: Date): RawBuilder<boolean> {
  return sql`${arrivedSince(sql`e.stored_at`, before)} and e.id < ${firstIdAt(before.getTime())}::uuid`;
}
