import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const ROUTING_KEY = "0123456789abcdef0123456789abcdef";

type Event = Record<string, unknown> & { payload?: Record<string, unknown> };

export interface PagerDuty {
  /** For HOLT_PAGERDUTY_URL. */
  url: string;
  /** Events that were accepted, in order. */
  events: Event[];
  /** Incidents that stand open there, by their dedup_key, with their state. */
  incidents: Map<string, "triggered" | "acknowledged" | "resolved">;
  /** What the next requests are answered with instead, one after the other. */
  answers: number[];
}

/**
 * A stand-in for PagerDuty's Events API v2 over HTTP, as its documentation describes it: 202 for an event, 400 with `errors` for what is
 * none, 429 when there are too many. Closed when the test ends.
 */
export async function pagerDuty(): Promise<PagerDuty> {
  const service: PagerDuty = { url: "", events: [], incidents: new Map(), answers: [] };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const answer = (status: number, body: object) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const status = service.answers.shift();
    if (status !== undefined) return answer(status, { status: "error", message: "for the test" });
    if (request.method !== "POST" || request.url !== "/v2/enqueue") return answer(404, {});
    const event = JSON.parse(text) as Event;
    const errors = faultsOf(event);
    if (errors.length > 0)
      return answer(400, { status: "invalid event", message: "Event object is invalid", errors });
    const key = String(event["dedup_key"]);
    service.events.push(event);
    if (event["event_action"] === "trigger") service.incidents.set(key, "triggered");
    else if (service.incidents.has(key))
      service.incidents.set(key, event["event_action"] === "resolve" ? "resolved" : "acknowledged");
    answer(202, { status: "success", message: "Event processed", dedup_key: key });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/enqueue`;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return service;
}

function faultsOf({ routing_key: key, event_action: action, dedup_key: dedup, payload }: Event): string[] {
  const faults: string[] = [];
  if (key !== ROUTING_KEY) faults.push("'routing_key' is invalid");
  if (!["trigger", "acknowledge", "resolve"].includes(String(action)))
    faults.push("'event_action' is invalid");
  if (typeof dedup !== "string" || dedup.length > 255) faults.push("'dedup_key' is missing or too long");
  if (action !== "trigger") return faults;
  for (const field of ["summary", "source", "severity"])
    if (!payload?.[field]) faults.push(`'payload.${field}' is missing or blank`);
  if (String(payload?.["summary"]).length > 1_024) faults.push("'payload.summary' is too long");
  if (!["critical", "error", "warning", "info"].includes(String(payload?.["severity"])))
    faults.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
  return faults;
}
