/** A drill on sales of some weeks that one run took: what it finds, and that nothing of it is left. */
import { sql } from "kysely";
import { expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { DRILL_FAULT_NAMES } from "../core/drill/faults.ts";
import { type DrillReport, summariseFaults } from "../core/drill/report.ts";
import { type DataRoad, dataRoad, quietEnvironment } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { until } from "../tests/support/until.ts";
import { type DrillRequest, drillActivities } from "./drill.ts";

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse("2026-08-03T00:00:00Z");
const DAYS = 72;
const ROWS_A_DAY = 280;

function definition(): DefinitionInput {
  const small = smallDefinition();
  const sales = small.sources["sales"] as DefinitionInput["sources"][string];
  const columns = {
    ...sales.columns,
    channel: { type: "text", optional: true },
    price: { type: "number" },
  } as const;
  return {
    ...small,
    sources: {
      sales: { ...sales, columns, maxBadRowShare: 0.2, freshness: { measure: "delivery", maxAge: "36 h" } },
    },
  };
}

/** One run has taken the sales of these days. */
async function soldFor(days: number): Promise<DataRoad> {
  const road = await dataRoad();
  const lines = Array.from({ length: days * ROWS_A_DAY }, (_, at) => {
    const soldAt = new Date(FIRST_DAY + Math.floor(at / ROWS_A_DAY) * DAY_MS + 43_200_000).toISOString();
    return [`u${at % 70}`, `i${at}`, soldAt, ["shop", "web", "web", "phone"][at % 4], 3 + (at % 17)].join(
      ",",
    );
  });
  await road.write("sales.csv", `user_id,item_id,sold_at,channel,price\n${lines.join("\n")}\n`);
  await (await road.open(definition())).step("ingest:sales");
  return road;
}

async function drill(
  { context }: DataRoad,
  change: Partial<DrillRequest> = {},
  environment = quietEnvironment(),
): Promise<DrillReport> {
  const request = { model: definition().name, days: 8, trials: 1, seed: 7, ...change };
  return environment.run(
    (wanted: DrillRequest) => drillActivities(context).runDrill(wanted),
    request,
  ) as Promise<DrillReport>;
}

/** Every table of the database with the number of its rows. */
async function rowsOf({ database: { db } }: DataRoad): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string }>`
    select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
    order by 1`.execute(db);
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const counted = await sql<{ count: number }>`select count(*) as count from ${sql.raw(name)}`.execute(db);
    counts[name] = counted.rows[0]?.count ?? 0;
  }
  return counts;
}

it("finds what its monitors claim to find, by the check that is for it, names the source, and leaves nothing behind", async () => {
  const road = await soldFor(DAYS);
  const before = await rowsOf(road);
  const report = await drill(road);
  expect(
    Object.fromEntries(summariseFaults(report.trials).map((fault) => [fault.fault, fault])),
  ).toMatchObject({
    source_stops: { caught: 1, by: ["freshness"], mostMs: 14 * 3_600_000, rightCause: 1 },
    half_missing: { caught: 1, by: ["volume"], rightCause: 1 },
    doubled: { caught: 0, harmless: 1 },
    group_stops: { caught: 1, rightCause: 1 },
    another_unit: { caught: 1, by: ["range"], mostMs: 2 * 3_600_000, rightCause: 1 },
    shifted: { caught: 1, by: ["range"], rightCause: 1 },
    recoded: { caught: 1, by: ["values"], rightCause: 1 },
    emptied: { caught: 1, rightCause: 1 },
  });
  expect(report.trials.map(({ fault }) => fault)).toEqual(
    DRILL_FAULT_NAMES.filter((fault) => !report.skipped.includes(fault)),
  );
  expect(report).toMatchObject({ days: 8, seed: 7, version: null, falseAlarms: [] });
  expect(await rowsOf(road)).toEqual(before);
  const emptied = await drill(road, { fault: "emptied", trials: 3 });
  expect(emptied.trials[0]).toEqual(report.trials.find(({ fault }) => fault === "emptied"));
  // a row without a price is set aside, so a day without prices is one without rows
  expect(Object.fromEntries(emptied.trials.map(({ column, caughtBy }) => [column, caughtBy]))).toMatchObject({
    channel: expect.arrayContaining(["nulls:sales:channel"]),
    price: ["volume:sales"],
  });
});

it("says how many days are there and needed where a history is too short", async () => {
  const road = await soldFor(9);
  await expect(drill(road)).rejects.toThrow(
    /newest snapshots have rows of 8 whole days, and a drill of 8 days needs 14 \(6 nights come before .*\); use --days 2$/,
  );
});

it("is ended in the middle, and its tables go with it", async () => {
  const road = await soldFor(20);
  const tables = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_class where relpersistence = 't' and relkind = 'r'`.execute(
      road.database.db,
    );
    return rows[0]?.count ?? 0;
  };
  const environment = quietEnvironment();
  const ended = expect(drill(road, { trials: 50 }, environment)).rejects.toThrow("CANCELLED");
  await until("tables of a drill", async () => (await tables()) > 5);
  environment.cancel("CANCELLED");
  await ended;
  await until("none", async () => (await tables()) === 0);
});
