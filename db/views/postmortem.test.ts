import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import type { MonitorCheck } from "../../core/api.ts";
import type { DefinitionInput } from "../../core/definition.ts";
import { postmortemSchema } from "../../core/postmortem.ts";
import { postmortemMarkdown } from "../../core/postmortem-markdown.ts";
import { timedId } from "../../store/timed-id.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { smallDefinition, smallDefinitionParsed } from "../../tests/support/definitions.ts";
import { asLogin } from "../../tests/support/logins.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { addLiveVersion, addShop } from "../../tests/support/shop.ts";
import { addOpenedAlerts } from "../alert-deliveries.ts";
import { alertQueue } from "../alert-queue.ts";
import { openDatabase } from "../connection.ts";
import { takeAction } from "../incident-actions.ts";
import { openIncident, resolveIncident } from "../incidents.ts";
import { addMonitorRun } from "../monitoring.ts";
import { acknowledge, getIncident } from "./incidents.ts";
import { getPostmortem } from "./postmortem.ts";

const MINUTE_MS = 60_000;

const seen = (verdict: MonitorCheck["verdict"], value: string): MonitorCheck => ({
  ...{ id: "freshness:sales", title: "Source sales | is fresh", verdict, value, threshold: "at most 36 h" },
  ...{ explanation: "Sales are <old>.", cause: "source:sales" },
});

/** Sales are late: a look passed, the next failed; told, acted on, taken on, over. */
async function setUp() {
  const { db, url } = await testDatabase();
  await addLiveVersion(db);
  await addShop(db, "other");
  const sales = smallDefinition().sources["sales"];
  if (!sales) throw new Error("the small definition has no sales");
  const change: Partial<DefinitionInput> = {
    alerts: { channels: { team: { kind: "slack", channel: "#models" } } },
    sources: { sales: { ...sales, owner: "tills", runbook: "https://wiki.example/sales" } },
    monitor: { actions: { list: { do: "popularity_list", causes: ["source:sales"] } } },
  };
  await addShop(db, "shop", change);
  const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);
  const look = async (when: Date, check: MonitorCheck) => {
    const run = { id: `shop-${when.getTime()}`, model: "shop", version: 1, at: when, duration_ms: 1 };
    await addMonitorRun(db, { ...run, verdict: check.verdict, checks: JSON.stringify([check]) });
  };
  await look(at(-120), seen("pass", "35 h old"));
  const found = at(-60);
  await look(found, seen("fail", "37 h old"));
  const { person, id } = await db.transaction().execute(async (trx) => {
    const opened = { model: "shop", cause: "source:sales", title: "sales are late", at: found };
    const id = await openIncident(trx, { ...opened, symptoms: [seen("fail", "38 h old")] });
    await addOpenedAlerts(
      trx,
      smallDefinitionParsed(change),
      await getIncident(trx, id),
      found.toISOString(),
    );
    return { id, person: await addTestPerson(trx, "deployer") };
  });
  await takeAction(db, { incidentId: id, name: "list" });
  const queue = alertQueue(db, "shop");
  await queue.markDelivered(String((await queue.take([]))?.id), null);
  await acknowledge(db, id, person.proof);
  const days = [...new Set([at(-45), at(0)].map((day) => day.toISOString().slice(0, 10)))];
  await sql`select add_exposure_days(${days}::date[])`.execute(db);
  for (const [minutes, user, fallback] of [
    [-45, "p1", false],
    [-30, "p1", true],
    [-30, "p2", true],
  ] as const)
    await db
      .insertInto("exposure")
      .values({
        ...{
          id: timedId(at(minutes).getTime()),
          at: at(minutes),
          model: "shop",
          version: 1,
          arm: "champion",
        },
        ...{ fallback, user_id: user, k: 1, items: ["i"], scores: [1] },
      })
      .execute();
  await db.transaction().execute((trx) => resolveIncident(trx, { id, model: "shop", at: new Date() }));
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test-server" });
  onTestFinished(server.close);
  return { server, id, name: person.name };
}

it("tells of an incident what passed last, what failed first, and all that came of it, by what the server may read", async () => {
  const { server, id, name } = await setUp();
  const found = postmortemSchema.parse(await getPostmortem(server.db, id));
  expect(found).toMatchObject({
    incident: { runbook: "https://wiki.example/sales" },
    ...{ owner: "tills", alsoReads: [{ model: "other", source: "sales" }] },
    checks: [{ lastGood: { value: "35 h old" }, firstBad: { value: "37 h old" } }],
    shown: { people: 2, answers: 3, fallbacks: 2 },
    versions: [{ version: 1 }],
  });
  expect(found.lineage).toEqual([
    'Source "sales" is the file sales.csv',
    'Made of it: the table "interactions", the table "items"',
    "Sales are <old>",
  ]);
  const told = found.timeline.map(({ what }) => what);
  for (const what of [
    "Passed the last time: Source sales | is fresh (35 h old)",
    "Failed: Source sales | is fresh (37 h old)",
    `Holt opened incident ${id}: "sales are late"`,
    `Holt acted on incident ${id} ("list"): everybody gets the popularity list of version 1`,
    "Told through team (opened)",
    `${name} acknowledged incident ${id}`,
    `Holt undid action "list" on incident ${id}: "its cause is gone"`,
    `Holt closed incident ${id}, as its cause is gone`,
  ])
    expect(told).toContain(what);
  expect(found.timeline.map(({ at }) => at)).toEqual(found.timeline.map(({ at }) => at).sort());
});

it("is written as Markdown in which no text of a row is markup, with places for what only people know", async () => {
  const { server, id } = await setUp();
  const written = postmortemMarkdown(await getPostmortem(server.db, id));
  expect(written).toMatch(new RegExp(`^# Incident ${id}: sales are late\n`));
  expect(written).toContain("| Source sales \\| is fresh | at most 36 h | 35 h old (");
  expect(written).toContain("| runbook | https://wiki.example/sales |");
  expect(written).toContain("- Sales are \\<old\\>.");
  expect(written).toMatch(
    /At most 2 people: as many were shown something .* in 3 lists, 2 of them the popularity list/,
  );
  expect(written.match(/_To be filled in\._/g)).toHaveLength(5);
  expect(written).toMatch(/\| looked after by \| deployer/);
});
