import { createRequire } from "node:module";
import type { Client } from "@temporalio/client";
import type { Settings } from "../store/settings.ts";

/** Longest wait for a connection and for one call, so that a person at a page or terminal learns soon. */
const CONNECT_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 10_000;

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
