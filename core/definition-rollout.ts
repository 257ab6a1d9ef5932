/** How a signed version meets real traffic: beside the live one first, then for a growing share of the people. */
import { z } from "zod";
import { duration, share } from "./definition-values.ts";

/** A stage lasts until it has seen both: so much time, and so many requests of each of the two versions. */
const held = {
  for: duration,
  requests: z.int().min(1).max(10_000_000),
};

const checksSchema = z.strictObject({
  /** How much larger than the live version's the new one's share of failed answers may be. */
  maxErrorIncrease: share.optional(),
  /** The same for answers of the popularity list. */
  maxFallbackIncrease: share.optional(),
  /** How many times the live version's 99th percentile of the answer's time the new one's may be. */
  maxLatencyRatio: z.number().min(1).max(1_000).optional(),
  /** Least mean share of the live version's list that the new one's has too; measured in the shadow stage. */
  minAgreement: share.optional(),
  /** How much smaller than with the live version the share of people who click may be; measured in the canary stages. */
  maxClickDecrease: share.optional(),
  /** The same for people who play something. */
  maxPlayDecrease: share.optional(),
  /** Which part less than with the live version people may spend. */
  maxSpendDecrease: share.optional(),
});
export type RolloutChecks = z.output<typeof checksSchema>;

export const rolloutSchema = z.strictObject({
  /** Both versions are asked and compared; people see only the live one's answers. */
  shadow: z.strictObject(held).optional(),
  /** Shares of the people whom the new version answers, one stage after the other. */
  canary: z
    .array(z.strictObject({ share: z.number().gt(0).lt(1), ...held }))
    .max(10)
    .default([]),
  checks: checksSchema.prefault({}),
  /** How long a stage may wait for its requests, and servers for a version to load, before a person is asked. */
  patience: duration.default("1 d"),
});
export type Rollout = z.output<typeof rolloutSchema>;
