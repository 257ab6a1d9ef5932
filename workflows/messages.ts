/** Every message that a workflow takes. They wake; they never decide: the rows in PostgreSQL have the authority. */
import { defineQuery, defineSignal } from "@temporalio/workflow";
import type { StepState } from "../core/steps.ts";

/**
 * "Look at the decision." From Holt's page and CLI it comes without an argument, after the decision's row was written.
 * From Temporal's own UI or command it carries the one-time code that Holt gave to a signed-in person.
 */
export const approval = defineSignal<[code?: string]>("approval");

/** "A failed step was answered": retry, skip or abort stands in a row. */
export const stepAnswered = defineSignal("stepAnswered");

/** "A stage of the rollout was answered": go on or back stands in a row. */
export const rolloutAnswered = defineSignal("rolloutAnswered");

/** "A batch was answered": its state stands in its row. */
export const batchAnswered = defineSignal("batchAnswered");

/** "Somebody changed or ended the experiment": what it is now stands in its row. */
export const experimentChanged = defineSignal("experimentChanged");

/** Which step is in which state, for Temporal's UI and for tests. */
export const runProgress = defineQuery<Record<string, StepState>>("runProgress");
