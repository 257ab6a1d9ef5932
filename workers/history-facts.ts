/** What a history says of itself. */
import type { History } from "./replay.ts";

/** Type of the workflow; undefined for a part without its beginning. */
export function workflowTypeOf({ events }: History): string | undefined {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? undefined;
}

/** The build of the worker that took its first workflow task; undefined when none did, or none said so. */
export function buildOf({ events }: History): string | undefined {
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  const said = first?.workflowTaskCompletedEventAttributes;
  return said?.deploymentVersion?.buildId || said?.workerVersion?.buildId || undefined;
}
