import type { WorkflowHandle } from "@temporalio/client";
import { expect } from "vitest";

type History = Awaited<ReturnType<WorkflowHandle["fetchHistory"]>>;
type Event = NonNullable<History["events"]>[number];

/** No workflow task of it failed: the code never broke, nor differed from its history. */
export async function expectNoTaskFailed(workflow: WorkflowHandle): Promise<void> {
  const failed = (await eventsOf(workflow)).filter((event) => event.workflowTaskFailedEventAttributes);
  expect(failed.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message)).toEqual([]);
}

export async function eventsOf(workflow: WorkflowHandle): Promise<Event[]> {
  return (await workflow.fetchHistory()).events ?? [];
}

/** Names of the activities in the order in which they were scheduled. */
export async function activitiesOf(workflow: WorkflowHandle): Promise<string[]> {
  return (await eventsOf(workflow))
    .map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name)
    .filter((name) => name !== undefined && name !== null);
}
