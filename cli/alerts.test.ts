/** The delivery log and tests of channels, from the terminal, by a server that has the channels' secrets. */
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, expect, it, vi } from "vitest";
import type { AlertRecord, AlertTestResult } from "../core/alerts-api.ts";
import type { DefinitionInput } from "../core/definition.ts";
import { addOpenedAlerts } from "../db/alert-deliveries.ts";
import { openIncident } from "../db/incidents.ts";
import { getIncident } from "../db/views/incidents.ts";
import { readNotifySettings } from "../notify/settings.ts";
import { sendDueAlerts } from "../operations/send-alerts.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { mailServer } from "../tests/support/mail-server.ts";
import { pagerDuty, ROUTING_KEY } from "../tests/support/pagerduty.ts";
import { testServer } from "../tests/support/server.ts";
import { addShop } from "../tests/support/shop.ts";
import { BOT_TOKEN, slackWorkspace } from "../tests/support/slack.ts";
import { webhookReceiver } from "../tests/support/webhook-receiver.ts";

const SECRET = `whsec_${Buffer.from("told to one receiver alone").toString("base64")}`;

afterEach(() => vi.unstubAllEnvs());

/** A shop whose alerts go to four receivers, a server that may send them, and who asks it. */
async function alertedShop() {
  const database = await testDatabase();
  const [hook, slack, mail, pager] = [
    await webhookReceiver(),
    await slackWorkspace(),
    await mailServer(),
    await pagerDuty(),
  ];
  for (const [name, value] of Object.entries({
    HOLT_WEBHOOK_SECRET: SECRET,
    HOLT_PRIVATE_WEBHOOKS: "allow",
    HOLT_SLACK_TOKEN: BOT_TOKEN,
    HOLT_SLACK_API_URL: slack.apiUrl,
    HOLT_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    HOLT_PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    HOLT_PAGERDUTY_URL: pager.url,
  }))
    vi.stubEnv(name, value);
  const alerts: NonNullable<DefinitionInput["alerts"]> = {
    webhook: { url: hook.url, secretEnv: "HOLT_WEBHOOK_SECRET" },
    channels: {
      team: { kind: "slack", channel: "#models" },
      oncall: { kind: "mail", from: "holt@films.example", to: "oncall@films.example" },
      pager: { kind: "pagerduty" },
    },
  };
  await addShop(database.db, "shop", { alerts });
  await addShop(database.db, "quiet");
  const { app } = await testServer(database);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const server = { HOLT_SERVER_URL: `http://127.0.0.1:${port}` };
  const erin = { ...(await envOf(database, "deployer", "erin")), ...server };
  const viewer = { ...(await envOf(database, "viewer")), ...server };
  return { database, alerts, hook, slack, mail, pager, erin, viewer };
}

it("sends a marked test through every channel, says what came of each, and leaves nothing open", async () => {
  const { hook, slack, mail, pager, erin } = await alertedShop();
  const all = await holt(["alerts", "test", "shop"], erin);
  expect(all).toMatchObject({ code: 0, stderr: "" });
  expect(
    all.stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ["webhook", "webhook", "delivered"],
    ["team", "slack", "delivered"],
    ["oncall", "mail", "delivered"],
    ["pager", "pagerduty", "delivered"],
  ]);
  const [{ body, headers }] = hook.received as [{ body: string; headers: Record<string, string> }];
  expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({
    type: "holt.alert.test",
    data: { model: "shop", channel: "webhook", requestedBy: "erin" },
  });
  const subject = "[test] shop: alerts come through";
  expect(slack.of("chat.postMessage").map(({ channel, text }) => [channel, text])).toEqual([
    ["#models", subject],
  ]);
  expect(mail.received.map((received) => [received.to, received.mail.subject])).toEqual([
    [["oncall@films.example"], subject],
  ]);
  expect(mail.received[0]?.mail.text).toContain("erin wanted to know");
  expect(pager.events.map(({ event_action, payload }) => [event_action, payload?.["severity"]])).toEqual([
    ["trigger", "info"],
    ["resolve", undefined],
  ]);
  expect([...pager.incidents.values()]).toEqual(["resolved"]);
});

it("ends with 1 when one did not come through, keeps why, and never tries that again", async () => {
  const { database, hook, pager, erin, viewer } = await alertedShop();
  pager.answers.push(500);
  const some = await holt(["alerts", "test", "shop", "--channel", "pager", "webhook", "--json"], erin);
  expect([some.code, some.stderr]).toEqual([1, ""]);
  const problem = "PagerDuty: answered 500 (for the test)";
  expect(JSON.parse(some.stdout) as AlertTestResult[]).toEqual([
    { channel: "webhook", kind: "webhook", delivered: true, problem: null },
    { channel: "pager", kind: "pagerduty", delivered: false, problem },
  ]);
  const settings = readNotifySettings();
  const signal = AbortSignal.timeout(10_000);
  expect(await sendDueAlerts({ database }, { settings, signal })).toEqual({ problems: [], unalerted: [] });
  expect([hook.received.length, pager.events.length]).toEqual([1, 0]);
  const failed = await holt(["alerts", "--state", "failed", "--json"], viewer);
  expect(JSON.parse(failed.stdout) as AlertRecord[]).toMatchObject([
    {
      model: "shop",
      incident: null,
      experiment: null,
      event: "holt.alert.test",
      channel: "pager",
      problem,
      nextAttemptAt: null,
    },
  ]);
  const [entry] = await database.db
    .selectFrom("audit")
    .selectAll()
    .where("action", "=", "test_alerts")
    .execute();
  expect(entry).toMatchObject({ model: "shop", detail: { channels: ["webhook", "pager"] } });
});

it("refuses a channel, a model and a person that it does not know or let, and sends nothing", async () => {
  const { hook, erin, viewer } = await alertedShop();
  for (const [args, env, code, said] of [
    [
      ["shop", "--channel", "pagr"],
      erin,
      2,
      '"pagr" is no channel of its alerts; known are "webhook", "team", "oncall", "pager"; did you mean "pager"?',
    ],
    [["quiet"], erin, 2, 'model "quiet": its definition names no channel for alerts; see docs/alerts.md'],
    [["none"], erin, 1, 'model "none"'],
    [["shop"], viewer, 1, "may not submit"],
  ] as const)
    expect(await holt(["alerts", "test", ...args], env)).toMatchObject({
      code,
      stderr: expect.stringContaining(said),
    });
  expect(hook.received).toEqual([]);
});

it("lists what was sent of incidents, what waits and why, by model, incident and state", async () => {
  const { database, alerts, hook, erin, viewer } = await alertedShop();
  expect((await holt(["alerts"], viewer)).stdout).toBe("No alerts.\n");
  const found = { model: "shop", cause: "source:sales", title: "late", symptoms: [], at: new Date() };
  await database.db.transaction().execute(async (trx) => {
    const id = await openIncident(trx, found);
    const definition = smallDefinitionParsed({ alerts });
    await addOpenedAlerts(trx, definition, await getIncident(trx, id), found.at.toISOString());
  });
  hook.answers.push(503);
  await sendDueAlerts({ database }, { settings: readNotifySettings(), signal: AbortSignal.timeout(10_000) });
  const { stdout } = await holt(["alerts", "--incident", "1"], viewer);
  expect(stdout).toMatch(/^.+ UTC +shop +1 +incident\.opened +team +delivered +1 +delivered .+ UTC$/m);
  expect(stdout).toMatch(
    /^.+ UTC +shop +1 +incident\.opened +webhook +waiting +1 +webhook: the receiver answered 503; next attempt .+ UTC$/m,
  );
  const waiting = await holt(["alerts", "--state", "waiting", "--model", "shop", "--json"], viewer);
  expect((JSON.parse(waiting.stdout) as AlertRecord[]).map(({ channel }) => channel)).toEqual(["webhook"]);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await holt(["silence", "shop", "--until", until, "--reason", "mended"], erin);
  expect((await holt(["alerts", "--state", "waiting"], viewer)).stdout).toMatch(
    / waiting +1 +silenced until .+ UTC$/m,
  );
  expect((await holt(["alerts", "--model", "quiet"], viewer)).stdout).toBe("No alerts.\n");
  expect((await holt(["alerts", "--incident", "2"], viewer)).stdout).toBe("No alerts.\n");
});
