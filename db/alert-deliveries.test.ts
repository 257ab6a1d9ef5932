/** What is told of incidents, as workers and servers of this release and the one before write it. */
import { sql, type Transaction } from "kysely";
import { expect, it } from "vitest";
import type { Incident, MonitorCheck } from "../core/api.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addShop } from "../tests/support/shop.ts";
import { addActedAlerts, addLaterAlerts, addOpenedAlerts } from "./alert-deliveries.ts";
import { alertQueue } from "./alert-queue.ts";
import { openDatabase } from "./connection.ts";
import { keepIncident, openIncident } from "./incidents.ts";
import type { Tables } from "./tables.ts";
import { getIncident } from "./views/incidents.ts";

const AT = new Date("2026-11-24T12:00:00Z");
const FOUND = { model: "shop", cause: "source:sales", title: "Sales are late", symptoms: [], at: AT };

it("takes what workers and servers of the release before write, and what they deliver", async () => {
  const { db, url } = await testDatabase();
  await addShop(db);
  const id = await db.transaction().execute((trx) => openIncident(trx, FOUND));
  for (const login of ["worker", "server"] as const) {
    const old = openDatabase(asLogin(url, login), { applicationName: "holt-test" });
    await sql`insert into outgoing_webhook (id, incident_id, event, body)
      values (gen_random_uuid(), ${id}, 'holt.incident.opened', '{}') on conflict do nothing`.execute(old.db);
    await old.close();
  }
  const taken = await alertQueue(db, "shop").take([]);
  expect(taken).toMatchObject({ channel: "webhook", event: "holt.incident.opened" });
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test" });
  await sql`update outgoing_webhook set delivered_at = now() where id = ${taken?.id}`.execute(server.db);
  expect(await alertQueue(server.db, "shop").take([])).toBeUndefined();
  await expect(sql`update alert_delivery set body = '{"data": 1}'`.execute(server.db)).rejects.toThrow(
    "permission denied",
  );
  await server.close();
});

it("tells those to whom the routes lead once it gets worse, and nobody twice", async () => {
  const { db } = await testDatabase();
  await addShop(db);
  const definition = smallDefinitionParsed({
    alerts: {
      channels: { team: { kind: "slack", channel: "#models" }, pager: { kind: "pagerduty" } },
      routes: { all: { to: ["team"] }, bad: { severity: ["error"], to: ["pager"] } },
    },
  });
  const symptom = (id: string): MonitorCheck => ({
    ...{ id, title: id, verdict: "fail", value: "", threshold: "", explanation: "", cause: FOUND.cause },
  });
  const told = () =>
    db.selectFrom("alert_delivery").select("channel").orderBy("created_at").orderBy("channel").execute();
  await db.transaction().execute(async (trx) => {
    const id = await openIncident(trx, { ...FOUND, symptoms: [symptom("freshness:sales")] });
    await addOpenedAlerts(trx, definition, await getIncident(trx, id), AT.toISOString());
  });
  expect(await told()).toEqual([{ channel: "team" }]);
  for (const ids of [["freshness:sales"], ["freshness:sales", "reach:items"], ["freshness:sales"]])
    await db.transaction().execute(async (trx) => {
      await keepIncident(trx, { id: 1, title: FOUND.title, symptoms: ids.map(symptom), at: AT });
      await addOpenedAlerts(trx, definition, await getIncident(trx, 1), AT.toISOString());
    });
  expect(await told()).toEqual([{ channel: "team" }, { channel: "pager" }]);
});

it("tells of an action with the beginning that was not sent yet, else by an alert of its own, each once", async () => {
  const { db, url } = await testDatabase();
  await addShop(db);
  const definition = smallDefinitionParsed({
    alerts: { channels: { team: { kind: "slack", channel: "#models" } } },
  });
  const id = await db.transaction().execute((trx) => openIncident(trx, FOUND));
  const tell = (tellIt: (trx: Transaction<Tables>, incident: Incident) => Promise<void>, as = db) =>
    as.transaction().execute(async (trx) => tellIt(trx, await getIncident(trx, id)));
  const told = async () =>
    (await db.selectFrom("alert_delivery").select(["event", "about"]).orderBy("created_at").execute()).map(
      ({ event, about }) => `${event.replace("holt.incident.", "")} ${about}`,
    );
  await tell((trx, incident) => addOpenedAlerts(trx, definition, incident, AT.toISOString()));
  await tell((trx, incident) => addActedAlerts(trx, incident, "hold", AT.toISOString()));
  expect(await told()).toEqual(["opened "]);
  const taken = await alertQueue(db, "shop").take([]);
  await alertQueue(db, "shop").markDelivered(String(taken?.id), null);
  for (const action of ["list", "back", "list"])
    await tell((trx, incident) => addActedAlerts(trx, incident, action, AT.toISOString()));
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test" });
  await tell(
    (trx, incident) => addLaterAlerts(trx, "holt.incident.acknowledged", incident, AT.toISOString()),
    server.db,
  );
  await server.close();
  expect(await told()).toEqual(["opened ", "acted list", "acted back", "acknowledged "]);
});
