import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { type Moments, mergeMoments, momentsOf, type UnitValue } from "../core/experiment/moments.ts";
import { countsIn, momentsIn } from "../core/experiment/winsorise.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { timedId } from "../store/timed-id.ts";
import { Random } from "../tests/faults/random.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { openDatabase } from "./connection.ts";
import { readPast } from "./past-exposures.ts";

const DAY_MS = 86_400_000;
const NOW = new Date();
const TODAY = Math.floor(NOW.getTime() / DAY_MS) * DAY_MS;
const DAYS = 10;
const PEOPLE = 260;

interface Event {
  person: number;
  kind: "exposure" | "click" | "spend" | "complaint";
  at: number;
  amount: number;
  fallback: boolean;
  ms: number | null;
}

const metrics: ExperimentInput["metrics"] = {
  spend: { kind: "mean", of: "spend", within: "3 d" },
  clicking: { kind: "proportion", of: "clicks", within: "1 d" },
  fallbacks: { kind: "ratio", of: "fallbacks", per: "exposures", within: "2 d", better: "less" },
  complaining: { kind: "proportion", of: "complaints", within: "2 d", better: "less" },
  latency: { kind: "ratio", of: "latency", per: "exposures", within: "2 d", better: "less" },
  slowest: { kind: "quantile", of: "latency", at: 0.9, within: "2 d", better: "less" },
  capped: { kind: "mean", of: "spend", within: "3 d", winsorise: { at: 0.9 } },
  back: { kind: "retention", after: "1 d", within: "2 d" },
};

/** A past of ten days, drawn by a seed, in the tables as servers store it. */
async function setUp() {
  const seed = 20_261_201;
  const random = new Random(seed);
  const { db, url } = await testDatabase();
  const { personId } = await addTestPerson(db, "service");
  const days = Array.from({ length: DAYS + 1 }, (_, at) =>
    new Date(TODAY - at * DAY_MS).toISOString().slice(0, 10),
  );
  await sql`select add_exposure_days(${days}::date[])`.execute(db);
  const events: Event[] = [];
  const shown = Array.from({ length: 900 }, () => {
    const at = TODAY - DAYS * DAY_MS + random.next() * DAYS * DAY_MS;
    const event: Event = {
      ...{ person: Math.floor(random.next() * PEOPLE), kind: "exposure", at: Math.floor(at), amount: 0 },
      ...{
        fallback: random.next() < 0.2,
        ms: random.next() < 0.9 ? Math.round(random.next() * 800) / 8 : null,
      },
    };
    events.push(event);
    return { ...event, id: timedId(event.at) };
  });
  await db
    .insertInto("exposure")
    .values(
      shown.map(({ id, at, person, fallback, ms }) => ({
        ...{
          id,
          at: new Date(at),
          model: "shop",
          version: 1,
          arm: "champion",
          fallback,
          user_id: `p${person}`,
        },
        ...{ k: 1, items: ["i"], scores: [1], answer_ms: ms },
      })),
    )
    .execute();
  const came = Array.from({ length: 700 }, (_, nth) => {
    const of = shown[Math.floor(random.next() * shown.length)] as (typeof shown)[number];
    const kind = (["click", "spend", "complaint"] as const)[Math.floor(random.next() * 3)] ?? "click";
    const at = Math.floor(of.at + random.next() * 2 * DAY_MS);
    const amount = Math.round(random.next() * 8_000) / 8;
    if (at < TODAY) events.push({ person: of.person, kind, at, amount, fallback: false, ms: null });
    return {
      ...{ reported_by: personId, id: `o${nth}`, kind, recommendation_id: of.id, item_id: "i" },
      ...{ at: new Date(at), received_at: new Date(at) },
      ...(kind === "spend" ? { amount: String(amount), currency: "EUR" } : {}),
    };
  });
  await db.insertInto("outcome").values(came).execute();
  const server = openDatabase(asLogin(url, "server"), { applicationName: "holt-test-server" });
  onTestFinished(server.close);
  const planOf = (change: Partial<ExperimentInput> = {}) => {
    const { spend: _, ...others } = metrics;
    const guardrails = Object.fromEntries(Object.keys(others).map((name) => [name, { maxLoss: 0.1 }]));
    const settings = experimentSchema.parse(smallExperiment({ metrics, guardrails, ...change }));
    const frozen = freezePlan(settings, { model: "shop", champion: 1, aliases: new Map() });
    if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
    return frozen.plan;
  };
  const read = (change?: Partial<ExperimentInput>, withinMs = 20_000) =>
    readPast(server.db, planOf(change), { now: NOW, withinMs });
  return { seed, db, events, read };
}

it("gives what a plain computation over all rows gives, with the server's login, which reads none of them", async () => {
  const { seed, events, read } = await setUp();
  const past = await read({ adjustBy: "2 d" });
  const first = new Map<number, number>();
  for (const { person, at, kind } of events)
    if (kind === "exposure") first.set(person, Math.min(at, first.get(person) ?? Number.POSITIVE_INFINITY));
  const start = TODAY - DAYS * DAY_MS;
  const newPeople = Array.from(
    { length: DAYS },
    (_, day) => [...first.values()].filter((at) => Math.floor((at - start) / DAY_MS) === day).length,
  );
  expect(past).toMatchObject({ from: new Date(start).toISOString().slice(0, 10), newPeople });

  const plain = (
    needs: number,
    of: (
      sum: (pick: (event: Event) => number, from: number, until: number) => number,
    ) => UnitValue | undefined,
  ) =>
    momentsOf(
      [...first]
        .filter(([, at]) => at + needs * DAY_MS <= TODAY)
        .flatMap(([person, at]) => {
          const mine = events.filter((one) => one.person === person);
          const sum = (pick: (event: Event) => number, from: number, until: number) =>
            mine
              .filter((one) => one.at >= at + from * DAY_MS && one.at < at + until * DAY_MS)
              .reduce((total, one) => total + pick(one), 0);
          return of(sum) ?? [];
        }),
    );
  const is = (kind: Event["kind"]) => (event: Event) => Number(event.kind === kind);
  const paid = (event: Event) => (event.kind === "spend" ? event.amount : 0);
  const expected: Record<string, Moments> = {
    spend: plain(3, (sum) => ({ y: sum(paid, 0, 3), c: sum(paid, -2, 0) })),
    clicking: plain(1, (sum) => ({
      y: Math.min(1, sum(is("click"), 0, 1)),
      c: Math.min(1, sum(is("click"), -2, 0)),
    })),
    complaining: plain(2, (sum) => ({
      ...{ y: Math.min(1, sum(is("complaint"), 0, 2)), c: Math.min(1, sum(is("complaint"), -2, 0)) },
    })),
    fallbacks: plain(2, (sum) => ({
      ...{ y: sum(({ fallback }) => Number(fallback), 0, 2), x: sum(is("exposure"), 0, 2) },
      c: sum(({ fallback }) => Number(fallback), -2, 0),
    })),
    latency: plain(2, (sum) => ({
      ...{ y: sum(({ ms }) => ms ?? 0, 0, 2), x: sum(({ ms }) => Number(ms !== null), 0, 2) },
      c: sum(({ ms }) => ms ?? 0, -2, 0),
    })),
    slowest: plain(2, (sum) => {
      const timed = sum(({ ms }) => Number(ms !== null), 0, 2);
      return timed > 0 ? { y: sum(({ ms }) => ms ?? 0, 0, 2) / timed } : undefined;
    }),
    capped: plain(3, (sum) => ({ y: sum(paid, 0, 3), c: sum(paid, -2, 0) })),
    back: plain(3, (sum) => ({
      ...{ y: Math.min(1, sum(is("exposure"), 1, 3)), c: Math.min(1, sum(is("exposure"), -2, 0)) },
    })),
  };
  for (const [name, wanted] of Object.entries(expected)) {
    const sums = past?.sums[name] ?? {};
    const found = mergeMoments(Object.values(sums).map(momentsIn));
    for (const [letter, value] of Object.entries(wanted))
      expect([seed, name, letter, found[letter as keyof Moments]]).toEqual([
        ...[seed, name, letter],
        expect.closeTo(value, 5),
      ]);
    expect(Object.keys(sums).length > 1).toBe(name === "capped" || name === "slowest");
  }
  const { zeros, buckets } = countsIn(past?.sums["capped"] ?? {});
  expect(zeros + Object.values(buckets).reduce((sum, count) => sum + count, 0)).toBe(expected["capped"]?.n);
});

it("tells nothing of fewer than 200 people, of a model without exposures, and gives up after its time", async () => {
  const { db, read } = await setUp();
  const long = { metrics: { spend: { kind: "mean", of: "spend", within: "9 d" } }, guardrails: {} } as const;
  const past = await read({ ...long, primary: { metric: "spend", leastEffect: 0.1 } });
  expect(past?.sums).toEqual({ spend: undefined });
  await db.transaction().execute(async (trx) => {
    await sql`lock table exposure in access exclusive mode`.execute(trx);
    await expect(read({}, 50)).rejects.toThrow("statement timeout");
  });
  await sql`truncate exposure`.execute(db);
  expect(await read()).toBeUndefined();
});
