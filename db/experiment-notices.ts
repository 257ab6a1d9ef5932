/** What people are told of an experiment, kept for sending with the alerts of its model. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { channelsOf, routeAlert } from "../core/alert-route.ts";
import type { Definition } from "../core/definition.ts";
import {
  type ExperimentEventType,
  type ExperimentNotice,
  experimentEvent,
} from "../core/experiment-event.ts";
import type { Tables } from "./tables.ts";

export interface NewExperimentNotice {
  type: ExperimentEventType;
  notice: ExperimentNotice;
}

/**
 * Keeps a notice for each channel that the routes of a warning to the model's owner lead to, once for each event and arm. PagerDuty is
 * left out: it is for what somebody has to look after at once, and nothing would end it there.
 */
export async function addExperimentNotice(
  db: Kysely<Tables>,
  { alerts, owner }: Pick<Definition, "alerts" | "owner">,
  { type, notice }: NewExperimentNotice,
): Promise<void> {
  if (!alerts) return;
  const now = new Date();
  const channels = channelsOf(alerts);
  const told = routeAlert(alerts, { severity: "warn", owner, openedAt: now }).filter(
    (name) => channels.get(name)?.kind !== "pagerduty",
  );
  if (told.length === 0) return;
  const rows = told.map((channel) => {
    const event = experimentEvent(randomUUID(), type, now.toISOString(), notice);
    const { experiment: experiment_id, model, arm } = notice;
    return {
      id: event.id,
      experiment_id,
      model,
      event: type,
      body: JSON.stringify(event),
      channel,
      about: arm ?? "",
    };
  });
  await db
    .insertInto("alert_delivery")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
