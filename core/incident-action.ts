/** What Holt does about an incident by itself. */
import { z } from "zod";

export const ACTION_KINDS = ["freeze_retraining", "roll_back", "popularity_list", "retrain"] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

const time = z.iso.datetime();

export const incidentActionSchema = z.object({
  /** As the definition calls it. */
  name: z.string(),
  do: z.enum(ACTION_KINDS),
  /** `withheld`: not done, since `reason`. `kept`: a person has it stay, whatever becomes of the cause. */
  state: z.enum(["taken", "withheld", "undone", "kept"]),
  /** What was done, or why nothing was. */
  reason: z.string(),
  at: time,
  /** Whether it stands until a person says so, also when the cause is gone. */
  needsConfirmation: z.boolean(),
  runId: z.string().nullable(),
  /** When it was undone, or somebody had it stay; by whom ("Holt", since the cause is gone) and why. */
  settledAt: time.nullable(),
  settledBy: z.string().nullable(),
  settledReason: z.string().nullable(),
});
export type IncidentAction = z.output<typeof incidentActionSchema>;
