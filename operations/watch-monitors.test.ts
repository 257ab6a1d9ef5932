/** What a server notices of monitors from outside of Temporal, with the rights of a server's login. */
import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { IncidentEvent } from "../core/incident-event.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { addMonitorRun } from "../db/monitoring.ts";
import { listMonitors, noteStandstill } from "../db/standstill.ts";
import { listIncidents } from "../db/views/incidents.ts";
import { readNotifySettings } from "../notify/settings.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { type WebhookReceiver, webhookReceiver } from "../tests/support/webhook-receiver.ts";
import { startWorkers } from "../tests/support/workers.ts";
import { sendDueAlerts } from "./send-alerts.ts";
import { connectTemporal, countWorkers } from "./temporal.ts";
import { watchMonitors } from "./watch-monitors.ts";

const SECRET = `whsec_${Buffer.from("told from outside of Temporal").toString("base64")}`;
const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

let stage: Stage;
let server: Database;
let receiver: WebhookReceiver;
beforeAll(async () => {
  stage = await openStage();
  server = openDatabase(asLogin(stage.database.url, "server"), { applicationName: "holt-test" });
});
afterAll(async () => {
  await server.close();
  await stage.close();
});
beforeEach(async () => {
  vi.stubEnv("HOLT_WEBHOOK_SECRET", SECRET);
  vi.stubEnv("HOLT_PRIVATE_WEBHOOKS", "allow"); // the receiver is on this machine
  receiver = await webhookReceiver();
  await stage.apply({ alerts: { webhook: { url: receiver.url, secretEnv: "HOLT_WEBHOOK_SECRET" } } });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await stage.temporal.schedule.getHandle("monitor/shelf").unpause();
  await stage.database.db.deleteFrom("alert_delivery").execute();
  await stage.database.db.deleteFrom("incident").execute();
  await stage.database.db.deleteFrom("monitor_run").execute();
});

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS);
const tell = () => sendDueAlerts({ database: server }, { settings: readNotifySettings(), signal: NEVER });
const watch = async (now?: Date, temporal = stage.temporal) => {
  const found = await watchMonitors({ database: server, temporal }, { ...(now && { now }), signal: NEVER });
  await tell();
  return found;
};
const look = (at: Date) =>
  addMonitorRun(stage.database.db, {
    ...{ id: randomUUID(), model: "shelf", version: null, at, verdict: "pass", checks: "[]", duration_ms: 1 },
  });
const events = () =>
  receiver.received.map(({ body, headers }) => new Webhook(SECRET).verify(body, headers) as IncidentEvent);

it("finds nothing while monitors look in time", async () => {
  expect(await watch()).toEqual({ late: [], opened: [] });
  await look(inHours(4));
  expect(await watch(inHours(5))).toEqual({ late: [], opened: [] });
  expect(await listIncidents(server.db)).toEqual([]);
});

it("opens one incident of a monitor that stands still, says that no worker is there, and tells of it once", async () => {
  const { opened, late } = await watch(inHours(3));
  expect([opened.length, late]).toEqual([1, ["shelf"]]);
  expect(await watch(inHours(4))).toEqual({ late: ["shelf"], opened: [] });
  const incidents = await listIncidents(server.db);
  expect(incidents).toMatchObject([{ id: opened[0], cause: "monitor", state: "open" }]);
  expect(incidents[0]?.title).toMatch(
    /^shelf: the monitor has not looked for (4|3\.9|4\.1) h, promised every 1 h: no worker asks Temporal for work; start one$/,
  );
  expect(events().map(({ type, data }) => [type, data.id])).toEqual([["holt.incident.opened", opened[0]]]);
  const [{ action, subject } = {}] = await stage.database.db
    .selectFrom("audit")
    .selectAll()
    .orderBy("id", "desc")
    .limit(1)
    .execute();
  expect([action, subject]).toEqual(["open_incident", `incident ${opened[0]}`]);
});

it("says when the schedule is paused, is gone, or Temporal cannot be reached", async () => {
  const titles = async (temporal = stage.temporal) => {
    await watch(inHours(3), temporal);
    return (await listIncidents(server.db))[0]?.title.replace(/^.*1 h: /, "");
  };
  const schedule = stage.temporal.schedule.getHandle("monitor/shelf");
  await schedule.pause("the titles are being mended");
  expect(await titles()).toBe(
    'its schedule monitor/shelf is paused in Temporal ("the titles are being mended"); unpause it there',
  );
  await schedule.delete();
  expect(await titles()).toBe(
    'Temporal has no schedule monitor/shelf; apply the definition again with "holt apply"',
  );
  await stage.apply();
  const away = connectTemporal({ temporalAddress: "127.0.0.1:1", temporalNamespace: "default" });
  expect(await titles(away.client)).toMatch(/^Temporal cannot be reached \(.+\); start it$/);
  await away.close();
});

it("opens nothing when the monitor looks while it is judged", async () => {
  const [monitor] = await listMonitors(server.db);
  if (!monitor) throw new Error("no model");
  await look(new Date());
  const symptom = {
    id: "monitor",
    title: "t",
    value: "3 h",
    threshold: "1 h",
    explanation: "e",
    cause: "monitor",
  };
  const described = { title: "late", symptom: { ...symptom, verdict: "fail" as const } };
  expect(await noteStandstill(server.db, monitor, described)).toBeUndefined();
  expect(await listIncidents(server.db)).toEqual([]);
});

it("sends again what nobody took, and says of which model and why", async () => {
  receiver.answers.push(500);
  const problem = "webhook: the receiver answered 500";
  await watchMonitors({ database: server, temporal: stage.temporal }, { now: inHours(3), signal: NEVER });
  expect(await tell()).toEqual({
    problems: [`model "shelf": channel "webhook": ${problem}`],
    unalerted: ["shelf"],
  });
  // until the next attempt is due, it only says that something waits
  expect(await tell()).toEqual({ problems: [], unalerted: ["shelf"] });
  await stage.database.db.updateTable("alert_delivery").set({ next_attempt_at: new Date() }).execute();
  expect(await tell()).toEqual({ problems: [], unalerted: [] });
  expect(new Set(events().map(({ id }) => id)).size).toBe(1);
});

it("has the monitor look where nothing hinders it, which ends the incident; and says when that leaves nothing", async () => {
  await watch(inHours(3));
  const stopWorkers = await startWorkers(stage);
  await expect.poll(() => countWorkers(stage.temporal)).toBeGreaterThan(0);
  expect(await watch(inHours(3))).toEqual({ late: ["shelf"], opened: [] });
  await expect
    .poll(async () => (await listIncidents(server.db)).map(({ state }) => state))
    .toEqual(["resolved"]);
  await expect
    .poll(() => events().map(({ type }) => type))
    .toEqual(["holt.incident.opened", "holt.incident.resolved"]);
  expect((await watch(inHours(3))).opened).toHaveLength(1);
  expect((await listIncidents(server.db))[0]?.title).toMatch(
    /its workflow leaves nothing; see monitor\/shelf in Temporal$/,
  );
  await stopWorkers();
});
