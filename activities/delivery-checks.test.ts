/** Deliveries of a source that a run takes each day, one of them as it should not be: by real ingests. */
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type DefinitionInput, definitionSchema } from "../core/definition.ts";
import { type DataRoad, dataRoad } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { deliveryChecks } from "./delivery-checks.ts";

const DAY_MS = 86_400_000;
/** The first day of which there are rows, and on which each of the first days a delivery comes. */
const FIRST_DAY = Date.parse("2026-08-03T00:00:00Z");
const FIRST_DELIVERY = 58;
const ROWS_A_DAY = 210;

/** One sale, as it is or as a fault makes it. */
interface Sale {
  day: number;
  user: string;
  item: string;
  channel: string;
  price: number;
}

function salesOf(days: number): Sale[] {
  return Array.from({ length: days * ROWS_A_DAY }, (_, at) => ({
    day: Math.floor(at / ROWS_A_DAY),
    user: `u${at % 70}`,
    item: `i${at}`,
    channel: ["shop", "web", "web", "phone"][at % 4] ?? "",
    price: 3 + (at % 17),
  }));
}

function definition(unchecked?: string[]): DefinitionInput {
  const small = smallDefinition();
  const sales = small.sources["sales"] as DefinitionInput["sources"][string];
  const columns = {
    ...sales.columns,
    channel: { type: "text", optional: true },
    price: { type: "number" },
  } as const;
  return { ...small, sources: { sales: { ...sales, columns, ...(unchecked && { unchecked }) } } };
}

/** Delivers the sales before this day in the night that begins it, has a run take them, and looks. */
async function deliver(road: DataRoad, day: number, { sales = salesOf(day), unchecked }: Delivery = {}) {
  const deliveredAt = new Date(FIRST_DAY + day * DAY_MS + 3_600_000);
  const lines = sales.map(({ day: soldOn, user, item, channel, price }) =>
    [user, item, new Date(FIRST_DAY + soldOn * DAY_MS + 43_200_000).toISOString(), channel, price].join(","),
  );
  await road.write("sales.csv", `user_id,item_id,sold_at,channel,price\n${lines.join("\n")}\n`);
  await utimes(join(road.folder, "sales.csv"), deliveredAt, deliveredAt);
  const openedAt = new Date(deliveredAt.getTime() + 3_600_000).toISOString();
  await (await road.open(definition(unchecked), { openedAt })).step("ingest:sales");
  return look(road, unchecked);
}

interface Delivery {
  sales?: Sale[];
  unchecked?: string[];
}

function look(road: DataRoad, unchecked?: string[]) {
  const signal = new AbortController().signal;
  return deliveryChecks(road.context, { definition: definitionSchema.parse(definition(unchecked)), signal });
}

/** Six nights on which all is well. */
async function usualRoad(): Promise<DataRoad> {
  const road = await dataRoad();
  for (let day = FIRST_DELIVERY; day < FIRST_DELIVERY + 6; day++) await deliver(road, day);
  return road;
}

const ids = (checks: Awaited<ReturnType<typeof look>>, wanted: "pass" | "fail") =>
  checks.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);

it("passes what is as it was, and finds each fault of a delivery by the check that is for it", async () => {
  const road = await usualRoad();
  const day = FIRST_DELIVERY + 6;
  const all = salesOf(day);
  const newest = ({ day: soldOn }: Sale) => soldOn === day - 1;
  const changed = (change: (sale: Sale) => Partial<Sale>) =>
    all.map((sale) => (newest(sale) ? { ...sale, ...change(sale) } : sale));

  expect(ids(await deliver(road, day), "pass")).toEqual([
    "volume:sales",
    "rows:sales",
    "nulls:sales:channel",
    "values:sales:channel",
    "range:sales:price",
  ]);
  const faults: [string, Sale[], string[]][] = [
    [
      "a third of the last day came",
      all.filter((sale, at) => !newest(sale) || at % 3 === 0),
      ["volume:sales"],
    ],
    ["half of all rows are gone, of every day", all.filter((_, at) => at % 2 === 0), ["rows:sales"]],
    [
      "no channel any more",
      changed(() => ({ channel: "" })),
      ["nulls:sales:channel", "values:sales:channel"],
    ],
    ["coded anew", changed(({ channel }) => ({ channel: channel.toUpperCase() })), ["values:sales:channel"]],
    ["cents", changed(({ price }) => ({ price: price * 100 })), ["range:sales:price"]],
    ["one price", changed(() => ({ price: 5 })), ["range:sales:price"]],
  ];
  for (const [fault, sales, found] of faults) {
    // each as if it had come instead of the good one
    const { db } = road.database;
    const last = await db
      .selectFrom("snapshot")
      .select(({ fn }) => fn.max("id").as("id"))
      .executeTakeFirst();
    await db
      .deleteFrom("snapshot")
      .where("id", "=", last?.id ?? 0)
      .execute();
    expect(ids(await deliver(road, day, { sales }), "fail"), fault).toEqual(found);
  }
});

it("measures each delivery once, also those from before it was asked, and one of other columns without them", async () => {
  const road = await usualRoad();
  const { db } = road.database;
  const profiles = () =>
    db
      .selectFrom("source_profile")
      .select(["snapshot_id", "created_at", "body"])
      .orderBy("snapshot_id")
      .execute();
  const before = await profiles();
  expect(before).toHaveLength(6);
  await look(road);
  expect(await profiles()).toEqual(before);
  await db.deleteFrom("source_profile").execute();
  await look(road);
  expect((await profiles()).map(({ body }) => body)).toEqual(before.map(({ body }) => body));

  await deliver(road, FIRST_DELIVERY + 6, { unchecked: ["volume", "values:channel"] });
  const checks = await look(road, ["volume", "values:channel"]);
  expect(checks.map(({ id }) => id)).toEqual(["rows:sales", "nulls:sales:channel", "range:sales:price"]);
});
