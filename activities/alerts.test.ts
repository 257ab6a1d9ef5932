/** Alerts to real receivers: one that checks signatures with the standard's own library, an SMTP server, stand-ins by their documents. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import getPort from "get-port";
import { Webhook } from "standardwebhooks";
import { beforeEach, expect, it } from "vitest";
import type { MonitorCheck } from "../core/api.ts";
import type { DefinitionInput } from "../core/definition.ts";
import { addLaterAlerts, addOpenedAlerts, renewUnsentAlerts } from "../db/alert-deliveries.ts";
import { addDefinition, setCurrentDefinition } from "../db/definitions.ts";
import { keepIncident, openIncident, resolveIncident } from "../db/incidents.ts";
import { getIncident } from "../db/views/incidents.ts";
import { acknowledgeIncident } from "../operations/incidents.ts";
import { liftSilence, silenceAlerts } from "../operations/silences.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { digestOf } from "../store/digest.ts";
import { addActor } from "../tests/support/actors.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { smallDefinition, smallDefinitionParsed } from "../tests/support/definitions.ts";
import { mailServer } from "../tests/support/mail-server.ts";
import { notifyTo } from "../tests/support/notified-run.ts";
import { pagerDuty, ROUTING_KEY } from "../tests/support/pagerduty.ts";
import { BOT_TOKEN, CHANNEL, slackWorkspace } from "../tests/support/slack.ts";
import { type WebhookReceiver, webhookReceiver } from "../tests/support/webhook-receiver.ts";
import { alertActivities } from "./alerts.ts";

const SECRET = `whsec_${Buffer.from("an incident is told to nobody else").toString("base64")}`;
const SECRETS: Record<string, string> = {
  HOLT_WEBHOOK_SECRET: SECRET,
  HOLT_SLACK_TOKEN: BOT_TOKEN,
  HOLT_PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
};
const AT = new Date("2026-11-24T12:00:00Z");

let database: TestDatabase;
let receiver: WebhookReceiver;
let settings: ReturnType<typeof notifyTo>;

beforeEach(async () => {
  database = await testDatabase();
  receiver = await webhookReceiver();
  settings = notifyTo({ secret: (name) => SECRETS[name] });
});

const definitionOf = (alerts: DefinitionInput["alerts"]) => {
  const { sales } = smallDefinition().sources;
  if (!sales) throw new Error("the small definition has no sales");
  return smallDefinitionParsed({
    sources: { sales: { ...sales, owner: "shops", runbook: "https://wiki.example/sales" } },
    ...(alerts && { alerts }),
  });
};

/** Applies a definition with these alerts; the webhook alone when left out. */
async function apply(alerts: DefinitionInput["alerts"] = { webhook: hook(receiver.url) }): Promise<void> {
  const definition = definitionOf(alerts);
  const digest = digestOf(definition);
  await addDefinition(database.db, { digest, model: "shop", body: definition, folder: "." });
  await setCurrentDefinition(database.db, "shop", digest);
}

const hook = (url: string) => ({ url, secretEnv: "HOLT_WEBHOOK_SECRET" });

/** An incident that opened, told as the definition with these alerts has it; returns its id. */
async function incident(
  cause: string,
  alerts: DefinitionInput["alerts"] = { webhook: hook(receiver.url) },
  at = AT,
): Promise<number> {
  const symptom: MonitorCheck = {
    ...{ id: "freshness:sales", title: "Source sales is fresh", verdict: "fail", cause },
    ...{ value: "3 d", threshold: "1 d", explanation: "Source <sales> is 3 d old & nobody noticed." },
  };
  const found = { model: "shop", cause, title: `${cause} is late`, symptoms: [symptom], at };
  return database.db.transaction().execute(async (trx) => {
    const id = await openIncident(trx, found);
    await addOpenedAlerts(trx, definitionOf(alerts), await getIncident(trx, id), at.toISOString());
    return id;
  });
}

async function resolve(id: number): Promise<void> {
  await database.db.transaction().execute(async (trx) => {
    await resolveIncident(trx, { id, model: "shop", at: AT });
    await addLaterAlerts(trx, "holt.incident.resolved", await getIncident(trx, id), AT.toISOString());
  });
}

function send(): Promise<{ delivered: number }> {
  const artifacts = new ArtifactStore("unused");
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
  const activities = alertActivities({ database, ingest: database, artifacts }, settings);
  return environment.run(activities.sendAlerts, { model: "shop" });
}

/** The next attempt is due. */
async function wait(): Promise<void> {
  const due = { next_attempt_at: new Date() };
  await database.db.updateTable("alert_delivery").set(due).where("delivered_at", "is", null).execute();
}

async function problems(): Promise<unknown[]> {
  const rows = await database.db
    .selectFrom("alert_delivery")
    .select("problem")
    .orderBy("created_at")
    .execute();
  return rows.map(({ problem }) => problem);
}

it("tells every channel of the beginning, of who looks after it and of the end, each as a receiver keeps them together", async () => {
  const [slack, mail, pager] = [await slackWorkspace(), await mailServer(), await pagerDuty()];
  const smtpUrl = `smtp://127.0.0.1:${mail.port}`;
  settings = { ...settings, smtpUrl, slackApiUrl: slack.apiUrl, pagerDutyUrl: pager.url };
  const alerts: DefinitionInput["alerts"] = {
    webhook: hook(receiver.url),
    channels: {
      team: { kind: "slack", channel: "#models" },
      oncall: { kind: "mail", from: "holt@films.example", to: "oncall@films.example" },
      pager: { kind: "pagerduty" },
    },
  };
  await apply(alerts);
  const id = await incident("source:sales", alerts);
  const opened = await getIncident(database.db, id);
  expect(await send()).toEqual({ delivered: 4 });
  const erin = await addActor({ database }, "deployer", { name: "erin" });
  await acknowledgeIncident({ database }, erin, id);
  await acknowledgeIncident({ database }, erin, id);
  expect(await send()).toEqual({ delivered: 4 });
  await resolve(id);
  expect(await send()).toEqual({ delivered: 4 });
  expect(await send()).toEqual({ delivered: 0 });

  const events = receiver.received.map(
    ({ body, headers }) => new Webhook(SECRET).verify(body, headers) as Record<string, unknown>,
  );
  expect(events[0]).toEqual({
    specversion: "1.0",
    id: receiver.received[0]?.headers["webhook-id"],
    source: "/models/shop",
    type: "holt.incident.opened",
    subject: `incident/${id}`,
    time: AT.toISOString(),
    datacontenttype: "application/json",
    data: opened,
  });
  expect(events.map(({ type }) => type)).toEqual([
    "holt.incident.opened",
    "holt.incident.acknowledged",
    "holt.incident.resolved",
  ]);
  expect(receiver.received[0]?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");

  const [first, ...later] = slack.of("chat.postMessage");
  expect(first).toMatchObject({ channel: "#models", text: "[warn] source:sales is late" });
  const words = JSON.stringify(first?.["blocks"]);
  expect(words).toContain("Source <sales> is 3 d old & nobody noticed.");
  expect(words).toContain("Owner: shops");
  expect(words).toContain(`https://holt.films.example/incidents/${id}`);
  expect(
    later.map(({ channel, thread_ts, reply_broadcast }) => [channel, thread_ts, reply_broadcast]),
  ).toEqual([
    [CHANNEL, "1764000000.000001", false],
    [CHANNEL, "1764000000.000001", true],
  ]);
  expect(later.map(({ text }) => text)).toEqual([
    "erin looks after it: source:sales is late",
    "Resolved: source:sales is late",
  ]);

  const mails = mail.received.map((received) => received.mail);
  expect(mail.received.map(({ to }) => to)).toEqual(
    Array.from({ length: 3 }, () => ["oncall@films.example"]),
  );
  expect(mails[0]?.html).toContain("Source &lt;sales&gt; is 3 d old &amp; nobody noticed.");
  expect(mails[0]?.text).toContain(`https://holt.films.example/incidents/${id}`);
  expect(mails.map(({ inReplyTo }) => inReplyTo)).toEqual([
    undefined,
    mails[0]?.messageId,
    mails[0]?.messageId,
  ]);

  expect([...pager.incidents.values()]).toEqual(["resolved"]);
  expect(pager.events.map(({ event_action }) => event_action)).toEqual(["trigger", "acknowledge", "resolve"]);
  expect(pager.events[0]?.payload).toMatchObject({
    ...{ summary: "source:sales is late", source: "shop", severity: "warning", component: "source:sales" },
    custom_details: { owner: "shops" },
  });
  expect(pager.events[0]).toMatchObject({
    links: [{ text: "Look at it in Holt" }, { text: "Runbook", href: "https://wiki.example/sales" }],
  });
  expect(mails[0]?.text).toContain("https://wiki.example/sales");
});

it("sends again under the same id what a receiver did not take, and holds up no other incident and no other channel", async () => {
  const pager = await pagerDuty();
  settings = { ...settings, pagerDutyUrl: pager.url };
  const alerts: DefinitionInput["alerts"] = {
    webhook: hook(receiver.url),
    channels: { pager: { kind: "pagerduty" } },
  };
  await apply(alerts);
  const id = await incident("source:sales", alerts);
  await incident("source:titles", alerts);
  receiver.answers.push(503);
  pager.answers.push(429);
  expect(await send()).toEqual({ delivered: 1 });
  await resolve(id);
  // what comes later waits for what came before, and that for its next attempt
  expect(await send()).toEqual({ delivered: 1 });
  expect((await problems()).filter(Boolean).sort()).toEqual([
    "PagerDuty: asks for a pause (rate limited)",
    "webhook: the receiver answered 503",
  ]);
  await wait();
  expect(await send()).toEqual({ delivered: 4 });
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(3);
  const bodies = receiver.received.map(({ body }) => JSON.parse(body));
  expect(bodies.filter(({ data }) => data.id === id).map(({ type }) => type)).toEqual([
    "holt.incident.opened",
    "holt.incident.opened",
    "holt.incident.resolved",
  ]);
  expect([...pager.incidents.values()].sort()).toEqual(["resolved", "triggered"]);
  expect(await problems()).toEqual([null, null, null, null, null, null]);
});

it("gives one alert to one sender, however many come at once", async () => {
  await apply();
  await incident("source:sales");
  const sent = await Promise.all([send(), send(), send()]);
  expect(sent.map(({ delivered }) => delivered).sort()).toEqual([0, 0, 1]);
  expect(receiver.received).toHaveLength(1);
});

it("does not follow a redirect", async () => {
  await apply();
  await incident("source:sales");
  receiver.answers.push(302);
  await send();
  expect(await problems()).toEqual(["webhook: the receiver answered 302"]);
  expect(receiver.received).toHaveLength(1);
});

it("says that nobody listens, and keeps what it has to tell", async () => {
  await apply({ webhook: hook(`http://127.0.0.1:${await getPort()}/hooks`) });
  await incident("source:sales");
  await send();
  expect(await problems()).toEqual(["webhook: the receiver could not be reached (ECONNREFUSED)"]);
  await apply();
  await wait();
  expect(await send()).toEqual({ delivered: 1 });
});

it("says what PagerDuty refuses, without the key", async () => {
  const pager = await pagerDuty();
  const wrong = "f".repeat(32);
  settings = { ...settings, pagerDutyUrl: pager.url, secret: () => wrong };
  const alerts: DefinitionInput["alerts"] = { channels: { pager: { kind: "pagerduty" } } };
  await apply(alerts);
  await incident("source:sales", alerts);
  await send();
  expect(await problems()).toEqual([
    "PagerDuty: answered 400 (Event object is invalid: 'routing_key' is invalid); is the routing key that of an Events API v2 integration?",
  ]);
});

it.each([
  ["", "the environment variable HOLT_WEBHOOK_SECRET is not set here"],
  ["whsec_%%%", "webhook: the environment variable HOLT_WEBHOOK_SECRET holds no signing secret"],
])("names the variable when the secret is %j, without showing it", async (secret, words) => {
  settings = { ...settings, secret: () => secret };
  await apply();
  await incident("source:sales");
  await send();
  const [problem] = await problems();
  expect(problem).toContain(words);
  expect(problem).not.toContain("%%%");
  expect(receiver.received).toEqual([]);
});

it("tells nobody where the definition names nobody, and drops what is for a channel that it no longer has", async () => {
  await apply({ channels: { team: { kind: "slack", channel: "#models" } } });
  await incident("source:sales");
  expect(await send()).toEqual({ delivered: 0 });
  expect(await dropped()).toEqual(["the definition has no such channel any more"]);
  await incident("source:titles", {});
  expect(await problems()).toEqual([null]);
});

/** Hours that hold now and end within an hour or two, whenever this runs. */
function hoursAroundNow(): { from: string; to: string } {
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return { from: hour(-1), to: hour(1) };
}

async function dropped(): Promise<unknown[]> {
  const rows = await database.db
    .selectFrom("alert_delivery")
    .select("dropped")
    .orderBy("created_at")
    .execute();
  return rows.map((row) => row.dropped);
}

const types = () => receiver.received.map(({ body }) => JSON.parse(body).type.replace("holt.incident.", ""));

it("holds back in quiet hours what wakes for no good, tells what got worse at once, and never what was over by then", async () => {
  const quiet = { kind: "webhook" as const, ...hook(receiver.url), quietHours: hoursAroundNow() };
  const alerts: DefinitionInput["alerts"] = { channels: { quiet } };
  await apply(alerts);
  const [over, worse] = [await incident("source:sales", alerts), await incident("source:titles", alerts)];
  expect(await send()).toEqual({ delivered: 0 });
  const [held] = await database.db.selectFrom("alert_delivery").selectAll().execute();
  expect([held?.attempts, held?.next_attempt_at.toISOString().slice(11, 16)]).toEqual([
    0,
    quiet.quietHours.to,
  ]);
  await resolve(over);
  const reach = { id: "reach:items", title: "r", verdict: "fail" as const, cause: "source:titles" };
  await database.db.transaction().execute(async (trx) => {
    const symptoms = [{ ...reach, value: "", threshold: "", explanation: "Less is reached." }];
    await keepIncident(trx, { id: worse, title: "worse", symptoms, at: AT });
    await renewUnsentAlerts(trx, await getIncident(trx, worse), AT.toISOString());
  });
  expect(await send()).toEqual({ delivered: 1 });
  const [told] = receiver.received.map(({ body, headers }) => ({
    ...JSON.parse(body),
    key: headers["webhook-id"],
  }));
  expect(told).toMatchObject({ id: told?.key, data: { id: worse, title: "worse", severity: "error" } });
  await wait();
  expect(await send()).toEqual({ delivered: 0 });
  expect((await dropped()).filter(Boolean)).toEqual(Array(2).fill("it was over before it could be told"));
});

it("holds back what a person silenced until it is lifted, of that cause alone; what ends is told at once", async () => {
  await apply();
  const erin = await addActor({ database }, "deployer");
  const told = await incident("source:plays");
  expect(await send()).toEqual({ delivered: 1 });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { model: "shop", cause: "source:sales", until, reason: "is being mended" };
  const { id } = await silenceAlerts({ database }, erin, wanted);
  await silenceAlerts({ database }, erin, { ...wanted, cause: "source:plays" });
  await incident("source:sales");
  await incident("source:titles");
  await resolve(told);
  expect(await send()).toEqual({ delivered: 2 });
  expect(types()).toEqual(["opened", "opened", "resolved"]);
  expect(await send()).toEqual({ delivered: 0 });
  await liftSilence({ database }, erin, id);
  expect(await send()).toEqual({ delivered: 1 });
  const everything = await silenceAlerts({ database }, erin, { model: null, until, reason: "we move" });
  await incident("source:people");
  expect(await send()).toEqual({ delivered: 0 });
  await liftSilence({ database }, erin, everything.id);
  expect(await send()).toEqual({ delivered: 1 });
});

it("tells others when nobody looks after it in time, once, and the end, too; and not when somebody does", async () => {
  const mail = await mailServer();
  settings = { ...settings, smtpUrl: `smtp://127.0.0.1:${mail.port}` };
  const alerts: DefinitionInput["alerts"] = {
    webhook: hook(receiver.url),
    channels: { boss: { kind: "mail", from: "holt@films.example", to: "boss@films.example" } },
    routes: { all: { to: ["webhook"] } },
    escalate: { after: "30 min", to: ["boss"] },
  };
  await apply(alerts);
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const [alone, seen] = [
    await incident("source:sales", alerts, now),
    await incident("source:titles", alerts, now),
  ];
  expect(await send()).toEqual({ delivered: 2 });
  const rows = await database.db
    .selectFrom("alert_delivery")
    .selectAll()
    .where("channel", "=", "boss")
    .execute();
  const due = new Date(now.getTime() + 30 * 60_000);
  expect(rows.map(({ next_attempt_at }) => next_attempt_at)).toEqual([due, due]);
  await acknowledgeIncident({ database }, await addActor({ database }, "deployer", { name: "erin" }), seen);
  await wait();
  expect(await send()).toEqual({ delivered: 2 });
  await resolve(alone);
  expect(await send()).toEqual({ delivered: 2 });
  expect(mail.received.map((received) => received.mail.subject)).toEqual([
    `[warn] Nobody has looked after it since ${now.toISOString().slice(0, 16).replace("T", " ")} UTC: source:sales is late`,
    "Resolved: source:sales is late",
  ]);
  expect(types()).toEqual(["opened", "opened", "acknowledged", "resolved"]);
});
