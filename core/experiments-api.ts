/** What the HTTP API takes and answers of experiments. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { experimentSchema } from "./definition-experiment.ts";
import { forecastSchema } from "./experiment/forecast.ts";
import { frozenPlanSchema } from "./experiment-plan.ts";

const time = z.iso.datetime();
const reason = z.string().min(1, "is empty; say why, it is kept in the audit log").max(2_000);

export const newExperimentSchema = z.strictObject({
  /** The applied definition's when left out. */
  plan: experimentSchema.optional(),
  reason,
});
export const experimentEndSchema = z.strictObject({ reason });
/** Of a pause and of its end. */
export const experimentPauseSchema = z.strictObject({ reason });
export const experimentShipSchema = z.strictObject({
  /** Whose version everybody gets from now on. */
  arm: z.string().max(40),
  reason,
});
export const experimentTrafficSchema = z.strictObject({
  /** Of all units; not less than now, and not more than the plan grows to. */
  traffic: z.number().gt(0).max(1),
  reason,
});
export const experimentOverrideSchema = z.strictObject({
  /** Id of the person, household or session. */
  unit: z.string().min(1, "is empty; say whom").max(200),
  /** Null: assigned as all others again. */
  arm: z.string().max(40).nullable(),
  reason,
});

export const experimentSummarySchema = z.object({
  id: z.string(),
  model: z.string(),
  /** Of the frozen plan. */
  digest: z.string(),
  plan: frozenPlanSchema,
  /** Where it is in its layer: from the first place, so much of it reserved, so much answering now. */
  slice: z.object({ from: z.number(), reserved: z.number(), traffic: z.number() }),
  startedBy: z.string(),
  startedAt: time,
  reason: z.string(),
  endedBy: z.string().nullable(),
  endedAt: time.nullable(),
  endReason: z.string().nullable(),
  /** How many units are in an arm by hand. */
  overrides: z.int(),
  /** The first first; the last one has no end while it lasts. */
  pauses: z.array(
    z.object({
      from: time,
      until: time.nullable(),
      by: z.string(),
      reason: z.string(),
      resumedBy: z.string().nullable(),
      resumeReason: z.string().nullable(),
    }),
  ),
  /** Arms that Holt ended for harm; their people get what the control serves. */
  stoppedArms: z.array(z.object({ arm: z.string(), at: time, reason: z.string() })),
});

export const experimentPlanSchema = z.object({
  plan: frozenPlanSchema,
  digest: z.string(),
  /** How long it would take, by what past exposures say. */
  forecast: forecastSchema,
});

export type NewExperiment = z.output<typeof newExperimentSchema>;
export type ExperimentShip = z.output<typeof experimentShipSchema>;
export type ExperimentTraffic = z.output<typeof experimentTrafficSchema>;
export type ExperimentOverride = z.output<typeof experimentOverrideSchema>;
export type Experiment = z.output<typeof experimentSummarySchema>;
export type PlannedExperiment = z.output<typeof experimentPlanSchema>;
