import { cancellationSignal, log } from "@temporalio/activity";
import type { Kysely, Transaction } from "kysely";
import type { MonitorCheck, MonitorRun } from "../core/api.ts";
import { type Definition, definitionSchema } from "../core/definition.ts";
import { planIncidents } from "../core/incident-cause.ts";
import { addLaterAlerts, addOpenedAlerts, renewUnsentAlerts } from "../db/alert-deliveries.ts";
import { getDefinition } from "../db/definitions.ts";
import * as incidents from "../db/incidents.ts";
import { addMonitorRun, findMonitorRun, hasLaterMonitorRun } from "../db/monitoring.ts";
import type { Tables } from "../db/tables.ts";
import { lockModel } from "../db/versions.ts";
import { getIncident } from "../db/views/incidents.ts";
import { getModel } from "../db/views/models.ts";
import { alertActivities } from "./alerts.ts";
import type { ActivityContext } from "./context.ts";
import { incidentActionActivities } from "./incident-actions.ts";
import { type Observation, observe } from "./observe.ts";

type Verdict = MonitorRun["verdict"];

/** Which look at a model: its time also names it, so a second attempt finds the first one's row. */
export interface MonitorTick {
  model: string;
  /** When the workflow started, ISO 8601; freshness is judged at this time. */
  tick: string;
}

export interface MonitorOutcome {
  verdict: Verdict;
  /** Incidents that this look opened and resolved. */
  opened: number[];
  resolved: number[];
}

export const monitorActivities = (context: ActivityContext) => ({
  ...alertActivities(context),
  ...incidentActionActivities(context),

  /**
   * Looks at a model once: checks, their row, and what follows for its incidents, in one transaction with the alerts
   * that tell of it. A second call for the same tick changes nothing; a late one leaves incidents to the later look.
   */
  async runMonitor({ model, tick }: MonitorTick): Promise<MonitorOutcome> {
    const { db } = context.database;
    const id = `${model}-${tick}`;
    const done = await findMonitorRun(db, id);
    if (done) return { verdict: done.verdict, opened: [], resolved: [] };
    const started = performance.now();
    const stored = await getDefinition(db, (await getModel(db, model)).definition_digest);
    const definition = definitionSchema.parse(stored.body);
    const at = new Date(tick);
    const watch = { definition, folder: stored.folder, at, signal: cancellationSignal() };
    const seen = await observe(context, watch);
    const durationMs = Math.round(performance.now() - started);
    const outcome = await db
      .transaction()
      .execute((trx) => record(trx, { id, definition, at, durationMs, ...seen }));
    for (const opened of outcome.opened) log.warn("incident opened", await telling(db, opened));
    for (const resolved of outcome.resolved) log.info("incident resolved", await telling(db, resolved));
    return outcome;
  },
});

async function record(
  trx: Transaction<Tables>,
  look: Observation & { id: string; definition: Definition; at: Date; durationMs: number },
): Promise<MonitorOutcome> {
  const { definition, at, version, checks } = look;
  const model = definition.name;
  const outcome: MonitorOutcome = { verdict: weigh(checks), opened: [], resolved: [] };
  await lockModel(trx, model);
  const isNew = await addMonitorRun(trx, {
    id: look.id,
    model,
    version,
    at,
    verdict: outcome.verdict,
    checks: JSON.stringify(checks),
    duration_ms: look.durationMs,
  });
  if (!isNew || (await hasLaterMonitorRun(trx, model, at))) return outcome;
  const plan = planIncidents(definition, checks, await incidents.listStandingIncidents(trx, model));
  for (const seenAgain of plan.keep) {
    await incidents.keepIncident(trx, { ...seenAgain, at });
    // It may have got worse, and lead to others now; who was told already is not told again.
    await announce(trx, definition, seenAgain.id, at, { isNew: false });
  }
  for (const found of plan.open) {
    const id = await incidents.openIncident(trx, { ...found, model, at });
    outcome.opened.push(id);
    await announce(trx, definition, id, at, { isNew: true });
  }
  for (const { id } of plan.resolve) {
    await incidents.resolveIncident(trx, { id, model, at });
    outcome.resolved.push(id);
    await addLaterAlerts(trx, "holt.incident.resolved", await getIncident(trx, id), at.toISOString());
  }
  return outcome;
}

/** Alerts of an incident that nobody looks after yet. */
async function announce(
  trx: Transaction<Tables>,
  definition: Definition,
  incidentId: number,
  at: Date,
  { isNew }: { isNew: boolean },
): Promise<void> {
  const incident = await getIncident(trx, incidentId);
  if (incident.state !== "open") return;
  if (!isNew) await renewUnsentAlerts(trx, incident, at.toISOString());
  await addOpenedAlerts(trx, definition, incident, at.toISOString());
}

async function telling(db: Kysely<Tables>, incidentId: number) {
  const { id, model, cause, title } = await getIncident(db, incidentId);
  return { incident: id, model, cause, title };
}

function weigh(checks: readonly MonitorCheck[]): Verdict {
  if (checks.some(({ verdict }) => verdict === "fail")) return "fail";
  return checks.some(({ verdict }) => verdict === "inconclusive") ? "inconclusive" : "pass";
}
