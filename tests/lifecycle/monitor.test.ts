/** The monitor's workflow, from a file that stops coming to the webhook that tells of it. */
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import type { WorkflowHandle } from "@temporalio/client";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { actionSentence } from "../../core/incident-action-words.ts";
import type { IncidentEvent } from "../../core/incident-event.ts";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { listIncidents } from "../../db/views/incidents.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { smallModel } from "../support/small-model.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { type WebhookReceiver, webhookReceiver } from "../support/webhook-receiver.ts";
import { startWorkers } from "../support/workers.ts";

const SECRET = `whsec_${Buffer.from("told to one receiver alone").toString("base64")}`;

let stage: Stage;
let receiver: WebhookReceiver;

beforeEach(async () => {
  vi.stubEnv("HOLT_WEBHOOK_SECRET", SECRET);
  vi.stubEnv("HOLT_PRIVATE_WEBHOOKS", "allow"); // the receiver is on this machine
  stage = await openStage();
  onTestFinished(stage.close);
  receiver = await webhookReceiver();
  const { titles, ...sources } = smallModel().sources;
  if (!titles) throw new Error("the small model has no titles");
  await stage.apply({
    sources: { ...sources, titles: { ...titles, freshness: { measure: "delivery", maxAge: "36 h" } } },
    schedule: { cron: "0 3 1 1 *" },
    monitor: { actions: { hold: { do: "freeze_retraining", causes: ["source:titles"] } } },
    alerts: { webhook: { url: receiver.url, secretEnv: "HOLT_WEBHOOK_SECRET" } },
  });
  onTestFinished(await startWorkers(stage));
});
afterEach(() => vi.unstubAllEnvs());

async function look(workflowId: string): Promise<WorkflowHandle> {
  const options = { workflowId, taskQueue: TASK_QUEUES.pipeline, args: [{ model: "shelf" }] };
  return stage.temporal.workflow.start("monitor", options);
}

async function deliverTitles(agoDays: number): Promise<void> {
  const at = new Date(Date.now() - agoDays * 86_400_000);
  await utimes(join(stage.files, "titles.csv"), at, at);
}

function events(): IncidentEvent[] {
  return receiver.received.map(
    ({ body, headers }) => new Webhook(SECRET).verify(body, headers) as IncidentEvent,
  );
}

it("tells of a source that stops coming, and of its return", async () => {
  await deliverTitles(3);
  for (const workflowId of ["late", "still-late"]) {
    const workflow = await look(workflowId);
    await workflow.result();
    await expectNoTaskFailed(workflow);
  }
  await deliverTitles(0);
  await (await look("there")).result();
  expect(events().map(({ type, data }) => [type, data.cause, data.state])).toEqual([
    ["holt.incident.opened", "source:titles", "open"],
    ["holt.incident.resolved", "source:titles", "resolved"],
  ]);
  expect(events()[0]?.data.title).toBe(
    'shelf: source "titles" has not been delivered for 3 d, promised every 36 h; new items cannot be recommended',
  );
});

it("goes on looking while nobody takes its webhooks, and sends them with a later look", async () => {
  await deliverTitles(3);
  receiver.answers.push(500);
  await (await look("unheard")).result();
  expect(await listIncidents(stage.database.db, { model: "shelf" })).toMatchObject([
    { cause: "source:titles" },
  ]);
  const due = { next_attempt_at: new Date() };
  await stage.database.db.updateTable("alert_delivery").set(due).execute();
  await (await look("heard")).result();
  expect(new Set(events().map(({ id }) => id)).size).toBe(1);
  expect(events()).toHaveLength(2);
});

it("holds scheduled runs while a source is late, says so, and opens them again when it comes", async () => {
  const tick = async (workflowId: string) => {
    const options = { workflowId, taskQueue: TASK_QUEUES.pipeline, args: [{ model: "shelf" }] };
    return stage.temporal.workflow.execute("nightly", options) as Promise<{ runId: string | null }>;
  };
  await deliverTitles(3);
  const late = await look("late");
  await late.result();
  await expectNoTaskFailed(late);
  expect(await tick("held")).toEqual({ runId: null });
  const left = stage.database.db.selectFrom("audit").select("detail").where("action", "=", "leave_out_tick");
  expect(await left.execute()).toMatchObject([{ detail: { incident: 1 } }]);
  await deliverTitles(0);
  await (await look("there")).result();
  expect(events().map(({ type, data }) => [type, data.actions.map(actionSentence)])).toEqual([
    ["holt.incident.opened", ["hold: no scheduled run is opened, until the cause is gone"]],
    ["holt.incident.resolved", ["hold: no scheduled run is opened; undone by Holt (its cause is gone)"]],
  ]);
  expect(await tick("opened")).toEqual({ runId: expect.stringMatching(/^shelf-/) });
});
