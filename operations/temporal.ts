import { createRequire } from "node:module";
import type { Client } from "@temporalio/client";
import { TASK_QUEUES } from "../core/task-queues.ts";
import type { Settings } from "../store/settings.ts";

/** Longest wait for a connection and for one call, so that a person at a page or terminal learns soon. */
const CONNECT_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 10_000;

/** A worker asks again after a minute at the latest; Temporal names it for five after it is gone. */
const ASKED_WITHIN_MS = 2 * 60_000;
/** Numbers of Temporal's API. */
const WORKFLOW_TASKS = 1;

const require = createRequire(import.meta.url);

/** Temporal's client, loaded at its first use: that takes as long as all else that a command needs to start. */
export function loadTemporal(): typeof import("@temporalio/client") {
  return require("@temporalio/client");
}

export interface TemporalConnection {
  client: Client;
  close(): Promise<void>;
}

/** Connects on first use, so that a Temporal that is down stops nobody's start. */
export function connectTemporal(
  settings: Pick<Settings, "temporalAddress" | "temporalNamespace">,
): TemporalConnection {
  const { Client, Connection } = loadTemporal();
  const connection = Connection.lazy({
    address: settings.temporalAddress,
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  const client = new Client({ connection, namespace: settings.temporalNamespace });
  return { client, close: () => connection.close() };
}

/** One call on Temporal that ends after this time at the latest, 10 s if none is given. */
export function withDeadline<T>(
  client: Client,
  call: () => Promise<T>,
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<T> {
  return client.withDeadline(Date.now() + timeoutMs, call);
}

/** Whether Temporal answers at all. @throws it doesn't, within 3 s */
export async function checkTemporal(client: Client): Promise<void> {
  await withDeadline(client, () => client.workflowService.getSystemInfo({}), CONNECT_TIMEOUT_MS);
}

/** How many workers ask Temporal for work. @throws it cannot be reached, within 3 s */
export async function countWorkers(client: Client): Promise<number> {
  const look = () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: TASK_QUEUES.pipeline },
      taskQueueType: WORKFLOW_TASKS,
    });
  const { pollers } = await withDeadline(client, look, CONNECT_TIMEOUT_MS);
  const asked = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
  return asked.filter((ms) => Date.now() - ms < ASKED_WITHIN_MS).length;
}

/** How long Temporal keeps the history of an ended workflow. @throws it cannot be reached, within 3 s */
export async function readRetentionMs(client: Client): Promise<number> {
  const { namespace } = client.options;
  const look = () => client.workflowService.describeNamespace({ namespace });
  const { config } = await withDeadline(client, look, CONNECT_TIMEOUT_MS);
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1_000;
}
