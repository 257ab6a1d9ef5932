/** What the HTTP API takes and answers of alerts. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { givenTime } from "./api.ts";

const time = z.iso.datetime();

/** What was sent of an incident or an experiment, or as a test, through one channel. */
export const alertSchema = z.object({
  id: z.uuid(),
  model: z.string(),
  /** Null of a test and of an experiment. */
  incident: z.int().nullable(),
  /** Its id; null of all else. */
  experiment: z.string().nullable(),
  event: z.string(),
  /** Its name in the definition. */
  channel: z.string(),
  /** `failed`: nobody tries it again; `dropped`: nobody needs it any more. */
  state: z.enum(["waiting", "delivered", "failed", "dropped"]),
  at: time,
  deliveredAt: time.nullable(),
  attempts: z.int(),
  /** Why it could not be delivered the last time. */
  problem: z.string().nullable(),
  /** Why nobody needs it any more. */
  dropped: z.string().nullable(),
  /** When it is sent next, while it waits and nobody silenced it. */
  nextAttemptAt: time.nullable(),
  /** Until when it waits since somebody silenced it. */
  silencedUntil: time.nullable(),
});
/** Alerts of the incidents of one model, or all, and of one cause, or any, wait until then. */
export const newSilenceSchema = z.strictObject({
  model: z.string().max(100).nullable(),
  /** As an incident has it, such as `source:titles`. */
  cause: z.string().min(1, "is empty; leave it out for any").max(200).optional(),
  until: givenTime,
  reason: z.string().min(1, "is empty; say why").max(2_000),
});
export const silenceSchema = z.object({
  id: z.uuid(),
  /** Null: every model. */
  model: z.string().nullable(),
  /** Null: any. */
  cause: z.string().nullable(),
  from: time,
  until: time,
  reason: z.string(),
  by: z.string(),
  liftedAt: time.nullable(),
});
/** Which channels to test; all when left out. */
export const newAlertTestSchema = z.strictObject({
  channels: z.array(z.string().max(40)).min(1, "is empty; leave it out for every channel").max(50).optional(),
});
export const alertTestSchema = z.object({
  channel: z.string(),
  kind: z.string(),
  delivered: z.boolean(),
  /** Why it was not. */
  problem: z.string().nullable(),
});

export type NewSilence = z.output<typeof newSilenceSchema>;
export type Silence = z.output<typeof silenceSchema>;
export type AlertRecord = z.output<typeof alertSchema>;
export type AlertTestResult = z.output<typeof alertTestSchema>;
