/** What the training's process and its parent say to each other: lines of JSON, a job down, messages up. */
import { z } from "zod";
import type { TrainerSettings } from "./settings.ts";

/** First line on the child's stdin. The training set itself comes on SET_PIPE, the model goes out on MODEL_PIPE. */
export interface TrainJob {
  settings: TrainerSettings;
}

/** Numbers of the pipes that carry bytes, beside stdin, stdout and stderr. */
export const SET_PIPE = 3;
export const MODEL_PIPE = 4;

export const trainMessageSchema = z.union([
  z.strictObject({ progress: z.string() }),
  z.strictObject({ done: z.strictObject({ sizeBytes: z.int(), trainSeconds: z.number() }) }),
  /** `name` is the class of the error, which decides whether trying again may help. */
  z.strictObject({ failed: z.strictObject({ name: z.string(), message: z.string() }) }),
]);
export type TrainMessage = z.output<typeof trainMessageSchema>;
