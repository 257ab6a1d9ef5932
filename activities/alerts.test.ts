/** Webhooks against a real receiver that checks their signature with the standard's own library. */
import { randomUUID } from "node:crypto";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import getPort from "get-port";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { incidentEvent } from "../core/incident-event.ts";
import { addDefinition, setCurrentDefinition } from "../db/definitions.ts";
import { openIncident, resolveIncident } from "../db/incidents.ts";
import { getIncident } from "../db/views/incidents.ts";
import { addWebhook } from "../db/webhooks.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { digestOf } from "../store/digest.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { type WebhookReceiver, webhookReceiver } from "../tests/support/webhook-receiver.ts";
import { alertActivities } from "./alerts.ts";

const SECRET = `whsec_${Buffer.from("an incident is told to nobody else").toString("base64")}`;
const AT = new Date("2026-11-24T12:00:00Z");

let database: TestDatabase;
let receiver: WebhookReceiver;

beforeEach(async () => {
  database = await testDatabase();
  receiver = await webhookReceiver();
  vi.stubEnv("HOLT_WEBHOOK_SECRET", SECRET);
  vi.stubEnv("HOLT_PRIVATE_WEBHOOKS", "allow"); // the receiver is on this machine
});
afterEach(() => vi.unstubAllEnvs());

async function apply(change: Partial<DefinitionInput> = alertsTo(receiver.url)): Promise<void> {
  const definition = smallDefinitionParsed(change);
  const digest = digestOf(definition);
  await addDefinition(database.db, { digest, model: "shop", body: definition, folder: "." });
  await setCurrentDefinition(database.db, "shop", digest);
}

function alertsTo(url: string): Partial<DefinitionInput> {
  return { alerts: { webhook: { url, secretEnv: "HOLT_WEBHOOK_SECRET" } } };
}

/** An incident that opened, and ended if `isResolved`; returns its id. */
async function incident(cause: string, isResolved = false): Promise<number> {
  return database.db.transaction().execute(async (trx) => {
    const id = await openIncident(trx, {
      model: "shop",
      cause,
      title: `${cause} is late`,
      symptoms: [],
      at: AT,
    });
    const tell = async (type: "holt.incident.opened" | "holt.incident.resolved") =>
      addWebhook(trx, incidentEvent(randomUUID(), type, AT.toISOString(), await getIncident(trx, id)));
    await tell("holt.incident.opened");
    if (!isResolved) return id;
    await resolveIncident(trx, { id, model: "shop", at: AT });
    await tell("holt.incident.resolved");
    return id;
  });
}

function send(): Promise<{ delivered: number }> {
  const artifacts = new ArtifactStore("unused");
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
  return environment.run(alertActivities({ database, ingest: database, artifacts }).sendAlerts, {
    model: "shop",
  });
}

const ids = () => receiver.received.map(({ headers }) => headers["webhook-id"]);

it("sends a CloudEvent whose signature the standard's library accepts, once", async () => {
  await apply();
  const id = await incident("source:sales");
  expect(await send()).toEqual({ delivered: 1 });
  const [webhook] = receiver.received;
  expect(webhook?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
  expect(new Webhook(SECRET).verify(webhook?.body ?? "", webhook?.headers ?? {})).toEqual({
    specversion: "1.0",
    id: webhook?.headers["webhook-id"],
    source: "/models/shop",
    type: "holt.incident.opened",
    subject: `incident/${id}`,
    time: AT.toISOString(),
    datacontenttype: "application/json",
    data: await getIncident(database.db, id),
  });
  const otherSecret = `whsec_${Buffer.from("somebody else's").toString("base64")}`;
  expect(() => new Webhook(otherSecret).verify(webhook?.body ?? "", webhook?.headers ?? {})).toThrow();
  expect(await send()).toEqual({ delivered: 0 });
  expect(receiver.received).toHaveLength(1);
});

it("tells of the end after the beginning", async () => {
  await apply();
  await incident("source:sales", true);
  expect(await send()).toEqual({ delivered: 2 });
  expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual([
    "holt.incident.opened",
    "holt.incident.resolved",
  ]);
});

it("sends again under the same id what the receiver did not take, and nothing else", async () => {
  await apply();
  await incident("source:sales");
  await incident("source:titles");
  receiver.answers.push(503);
  await expect(send()).rejects.toThrow(
    "alerts.webhook.url: could not deliver 1 of 2 webhooks, the first since the receiver answered 503",
  );
  expect(await send()).toEqual({ delivered: 1 });
  const [refused, taken, again, ...more] = ids();
  expect(again).toBe(refused);
  expect(taken).not.toBe(refused);
  expect(more).toEqual([]);
});

it("does not follow a redirect", async () => {
  await apply();
  await incident("source:sales");
  receiver.answers.push(302);
  await expect(send()).rejects.toThrow("the receiver answered 302");
  expect(receiver.received).toHaveLength(1);
});

it("says that nobody listens, and keeps what it has to tell", async () => {
  await apply(alertsTo(`http://127.0.0.1:${await getPort()}/hooks`));
  await incident("source:sales");
  await expect(send()).rejects.toThrow("the receiver could not be reached (ECONNREFUSED)");
  await apply();
  expect(await send()).toEqual({ delivered: 1 });
});

it.each([
  ["", "the environment variable HOLT_WEBHOOK_SECRET is not set for the worker"],
  ["whsec_%%%", "the environment variable HOLT_WEBHOOK_SECRET holds no signing secret"],
])("names the variable when the secret is %j, without showing it", async (secret, words) => {
  vi.stubEnv("HOLT_WEBHOOK_SECRET", secret);
  await apply();
  await incident("source:sales");
  const failed = send();
  await expect(failed).rejects.toThrow(words);
  await expect(failed).rejects.toMatchObject({ name: "InvalidInput" });
  await expect(failed).rejects.not.toThrow("%%%");
  expect(receiver.received).toEqual([]);
});

it("asks for no secret when there is nothing to tell, or nobody to tell it to", async () => {
  vi.stubEnv("HOLT_WEBHOOK_SECRET", "");
  await apply();
  expect(await send()).toEqual({ delivered: 0 });
  await incident("source:sales");
  await apply({});
  expect(await send()).toEqual({ delivered: 0 });
});
