/** What Holt does about an incident by itself, beside telling of it. */
import { z } from "zod";
import { duration } from "./definition-values.ts";
import { ACTION_KINDS } from "./incident-action.ts";

const some = (what: string) => z.array(z.string().min(1)).min(1, `is empty; leave it out for any ${what}`);

/** All that is given must hold. */
export const actionSchema = z.strictObject({
  do: z.enum(ACTION_KINDS),
  /** What is behind the incident: a cause, as "source:titles", or all of a kind, as "source". */
  causes: some("cause").optional(),
  /** A check that fails: "freshness:titles", or all of a kind, as "freshness". */
  checks: some("check").optional(),
  /** How long the incident has to stand first. */
  after: duration.optional(),
  /** How often, over all incidents of the model; past that it is left, and people are told. */
  atMost: z
    .strictObject({ times: z.int().min(1).max(100), within: duration })
    .default({ times: 1, within: "7 d" }),
  /** When the cause is gone: by itself, or by a person. A rollback always waits for a person. */
  undo: z.enum(["automatic", "confirm"]).optional(),
});
export type MonitorAction = z.output<typeof actionSchema>;
