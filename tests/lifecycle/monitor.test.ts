/** The monitor's workflow, from a file that stops coming to the webhook that tells of it. */
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import type { IncidentEvent } from "../../core/incident-event.ts";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { smallModel } from "../support/small-model.ts";
import { openStage } from "../support/stage.ts";
import { webhookReceiver } from "../support/webhook-receiver.ts";
import { startWorkers } from "../support/workers.ts";

const SECRET = `whsec_${Buffer.from("told to one receiver alone").toString("base64")}`;

afterEach(() => vi.unstubAllEnvs());

it("tells of a source that stops coming, and of its return", async () => {
  vi.stubEnv("HOLT_WEBHOOK_SECRET", SECRET);
  const stage = await openStage();
  onTestFinished(stage.close);
  const receiver = await webhookReceiver();
  const { titles, ...sources } = smallModel().sources;
  if (!titles) throw new Error("the small model has no titles");
  await stage.apply({
    sources: { ...sources, titles: { ...titles, freshness: { measure: "delivery", maxAge: "36 h" } } },
    alerts: { webhook: { url: receiver.url, secretEnv: "HOLT_WEBHOOK_SECRET" } },
  });
  const stopWorkers = await startWorkers(stage);
  onTestFinished(stopWorkers);
  const look = async (workflowId: string) => {
    const options = { workflowId, taskQueue: TASK_QUEUES.pipeline, args: [{ model: "shelf" }] };
    const workflow = await stage.temporal.workflow.start("monitor", options);
    await workflow.result();
    await expectNoTaskFailed(workflow);
  };
  const file = join(stage.files, "titles.csv");
  const threeDaysAgo = new Date(Date.now() - 3 * 86_400_000);
  await utimes(file, threeDaysAgo, threeDaysAgo);
  await look("monitor/shelf/late");
  await look("monitor/shelf/still-late");
  await utimes(file, new Date(), new Date());
  await look("monitor/shelf/there");

  const events = receiver.received.map(
    ({ body, headers }) => new Webhook(SECRET).verify(body, headers) as IncidentEvent,
  );
  expect(events.map(({ type, data }) => [type, data.cause, data.state])).toEqual([
    ["holt.incident.opened", "source:titles", "open"],
    ["holt.incident.resolved", "source:titles", "resolved"],
  ]);
  expect(events[0]?.data.title).toBe(
    'shelf: source "titles" has not been delivered for 3 d, promised every 36 h; new items cannot be recommended',
  );
});
