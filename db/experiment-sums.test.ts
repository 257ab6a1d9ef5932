import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { daySums } from "../core/experiment/day-sums.ts";
import { type Moments, mergeMoments, momentsOf, type UnitValue } from "../core/experiment/moments.ts";
import { countValues, valueBucket } from "../core/experiment/value-counts.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { timedId } from "../store/timed-id.ts";
import { Random } from "../tests/faults/random.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment, smallHoldout } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { getCourse } from "./experiment-looks.ts";
import { listAgeSums, listArmAnswers, listArmUnits, listSums, refreshSums } from "./experiment-sums.ts";
import { getExperiment, startExperiment } from "./experiments.ts";

const DAY_MS = 86_400_000;
const START = Math.floor(Date.now() / DAY_MS) * DAY_MS - 30 * DAY_MS;
const at = (days: number) => new Date(START + days * DAY_MS);

interface Shown {
  unit: string;
  arm?: string | null;
  days: number;
  /** When it was stored; as it was shown when left out. */
  stored?: number;
  id?: string;
  fallback?: boolean;
  leftOut?: string;
  country?: string | undefined;
  /** How long the answer took. */
  ms?: number;
}
interface Came {
  of: string;
  kind: "click" | "play" | "spend" | "complaint";
  days: number;
  /** When it was told; as it happened when left out. */
  told?: number;
  amount?: number;
  currency?: string;
}

async function setUp(change: Partial<ExperimentInput> = {}) {
  const { db, url } = await testDatabase();
  await addLiveVersion(db);
  await addLiveVersion(db);
  const { proof, personId } = await addTestPerson(db, "deployer");
  const settings = experimentSchema.parse(smallExperiment(change));
  const frozen = freezePlan(settings, { model: "shop", champion: 2, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  // the past is where units are mature
  await sql`alter table experiment disable trigger experiment_stays`.execute(db);
  await db
    .updateTable("experiment")
    .set({ started_at: at(0) })
    .execute();
  const worker = openDatabase(asLogin(url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(worker.close);
  const show = async (all: Shown[]): Promise<string[]> => {
    const days = [...new Set(all.map((one) => new Date(at(one.days)).toISOString().slice(0, 10)))];
    await sql`select add_exposure_days(${days}::date[])`.execute(db);
    const rows = all.map(
      ({ unit, arm = "control", days: when, fallback = false, leftOut = null, ...one }) => ({
        ...{
          id: one.id ?? timedId(at(when).getTime()),
          at: at(when),
          stored_at: at(one.stored ?? when),
          model: "shop",
          version: 1,
          arm: fallback ? "fallback" : (arm ?? "champion"),
          fallback,
        },
        ...{ user_id: unit, k: 1, items: ["i"], scores: [1], answer_ms: one.ms ?? null },
        context: one.country === undefined ? null : JSON.stringify({ country: one.country }),
        ...(arm === null ? {} : { experiment: id, assigned_arm: arm, unit_id: unit, left_out: leftOut }),
      }),
    );
    for (const row of rows) await db.insertInto("exposure").values(row).execute();
    return rows.map((row) => row.id);
  };
  let count = 0;
  const tell = async (all: Came[]) => {
    for (const { of, kind, days, told = days, amount, currency = "EUR" } of all)
      await db
        .insertInto("outcome")
        .values({
          ...{ reported_by: personId, id: `o${count++}`, kind, recommendation_id: of, item_id: "i" },
          ...{ at: at(days), received_at: at(told), stored_at: at(told) },
          ...{
            amount: amount === undefined ? null : String(amount),
            currency: amount === undefined ? null : currency,
          },
        })
        .execute();
  };
  const refresh = (days: number, whole = false) =>
    refreshSums(worker.db, { experimentId: id, asOf: at(days), whole });
  const sums = () => listSums(worker.db, id);
  const sumOf = async (metric: string, arm: string): Promise<Moments> =>
    mergeMoments(
      (await sums()).filter((row) => row.metric === metric && row.arm === arm).map((row) => row.sums),
    );
  const pause = (from: number, until: number) =>
    db
      .insertInto("experiment_pause")
      .values({
        ...{ experiment_id: id, from_at: at(from), until_at: at(until), person_id: personId, reason: "x" },
        ...{ resumed_by: personId, resume_reason: "x" },
      })
      .execute();
  return { db, worker: worker.db, id, show, tell, refresh, sums, sumOf, pause };
}

it("sums spend and clicks over units whose time is over, by the day of their first exposure", async () => {
  const { show, tell, refresh, sums } = await setUp();
  const [a1 = "", a2 = "", b1 = "", c1 = ""] = await show([
    { unit: "ann", days: 1.2 },
    { unit: "ann", days: 3 },
    { unit: "bea", arm: "treatment", days: 1.5 },
    { unit: "cid", days: 2.1 },
  ]);
  await tell([
    { of: a1, kind: "click", days: 1.3 },
    { of: a1, kind: "spend", days: 1.4, amount: 10 },
    { of: a2, kind: "spend", days: 3.1, amount: 2.5 },
    { of: a2, kind: "spend", days: 9, amount: 99 }, // after the 7 days
    { of: b1, kind: "click", days: 2.6 }, // after the day
    { of: c1, kind: "spend", days: 2.2, amount: 4 },
  ]);
  await refresh(8.7); // ann and bea are mature for spend, cid for clicking alone
  const [day1, day2] = [1, 2].map((day) => at(day).toISOString().slice(0, 10));
  const row = (metric: string, arm: string, day: string | undefined, n: number, y: number, yy: number) => ({
    ...{ metric, arm, day, answeredBy: "arm", segment: "", sums: { n, y, yy } },
    ...{ valueCounts: undefined, bucketSums: undefined, leftOutSpend: 0 },
  });
  expect(await sums()).toEqual([
    row("clicking", "control", day1, 1, 1, 1),
    row("clicking", "control", day2, 1, 0, 0),
    row("clicking", "treatment", day1, 1, 0, 0),
    row("spend", "control", day1, 1, 12.5, 156.25),
    row("spend", "treatment", day1, 1, 0, 0),
  ]);
  await refresh(10);
  expect((await sums()).find(({ metric, day }) => metric === "spend" && day === day2)?.sums).toEqual({
    n: 1,
    y: 4,
    yy: 16,
  });
});

it("corrects a day that was final when an outcome comes late, and makes no other anew", async () => {
  const { show, tell, refresh, sumOf } = await setUp();
  const [a = ""] = await show([
    { unit: "ann", days: 1.2 },
    { unit: "bea", days: 12 },
  ]);
  await refresh(25);
  expect(await sumOf("spend", "control")).toEqual({ n: 2, y: 0, yy: 0 });
  await tell([{ of: a, kind: "spend", days: 2, told: 25.1, amount: 3 }]);
  expect((await refresh(25.5)).days).toBe(1);
  expect(await sumOf("spend", "control")).toEqual({ n: 2, y: 3, yy: 9 });
  expect((await refresh(29.9)).days).toBe(0);
  expect((await refresh(20)).days).toBe(0); // an older look changes nothing
  expect(await sumOf("spend", "control")).toEqual({ n: 2, y: 3, yy: 9 });
});

it("corrects days for an exposure that a server kept for long, also the day that its unit was in", async () => {
  const { worker, id, show, refresh, sumOf, sums } = await setUp({
    metrics: {
      spend: { kind: "mean", of: "spend", within: "7 d" },
      lists: { kind: "mean", of: "exposures", within: "2 d" },
    },
    guardrails: {},
  });
  await show([
    { unit: "ann", days: 5.5 },
    { unit: "bea", days: 6.5 },
    { unit: "cid", days: 6.5 },
  ]);
  await refresh(20);
  await show([
    { unit: "ann", days: 1.5, stored: 20.1, fallback: true }, // before her first one
    { unit: "bea", days: 7, stored: 20.1 }, // within what counts
    { unit: "dan", days: 3, stored: 20.1 }, // nobody knew of him
    { unit: "cid", days: 9, stored: 20.1 }, // after what counts
  ]);
  expect((await refresh(21)).days).toBe(4);
  const [day1, day3, day6] = [1, 3, 6].map((day) => at(day).toISOString().slice(0, 10));
  const lists = (await sums()).filter(({ metric }) => metric === "lists");
  expect(lists.map(({ day, sums: { n, y } }) => [day, n, y])).toEqual([
    [day1, 1, 1],
    [day3, 1, 1],
    [day6, 2, 3],
  ]);
  expect((await sumOf("spend", "control")).n).toBe(4);
  expect(await listArmAnswers(worker, id)).toContainEqual({
    arm: "control",
    day: day1,
    answers: 1,
    fallbacks: 1,
  });
  expect((await refresh(22)).days).toBe(0);
});

it("takes other currencies by their rates, leaves out and counts those without, and caps", async () => {
  const spend = { kind: "mean", of: "spend", within: "7 d", cap: 20 } as const;
  const { show, tell, refresh, sums } = await setUp({
    ...{ metrics: { spend }, guardrails: {}, rates: { USD: 0.5 } },
  });
  const [a = "", b = ""] = await show([
    { unit: "ann", days: 1 },
    { unit: "bea", days: 1 },
  ]);
  await tell([
    { of: a, kind: "spend", days: 1.1, amount: 10, currency: "USD" },
    { of: a, kind: "spend", days: 1.1, amount: 7, currency: "GBP" },
    { of: b, kind: "spend", days: 1.1, amount: 100 },
  ]);
  await refresh(20);
  expect(await sums()).toMatchObject([{ sums: { n: 2, y: 25, yy: 425 }, leftOutSpend: 1 }]);
});

it("leaves out staff, bots, overrides and lists without a difference; units keep their first day", async () => {
  const { worker, id, show, refresh, sumOf } = await setUp({
    leaveOut: { ids: ["eve"], prefixes: ["test-"], exposuresADay: 3 },
  });
  await show([
    { unit: "ann", days: 1 },
    { unit: "eve", days: 1 },
    { unit: "test-1", days: 1 },
    { unit: "qa", days: 1, leftOut: "override" },
    { unit: "new", days: 1, leftOut: "no_difference" },
    { unit: "new", days: 2, fallback: true },
    { unit: "bot", days: 1 },
  ]);
  await refresh(9.5);
  expect((await sumOf("spend", "control")).n).toBe(3);
  await show(Array.from({ length: 4 }, (_, nth) => ({ unit: "bot", days: 9.6 + nth / 100 })));
  await refresh(10);
  expect((await sumOf("spend", "control")).n).toBe(2); // ann, and who was new on the second day
  const [day1, day2] = [1, 2].map((day) => at(day).toISOString().slice(0, 10));
  expect(await listArmUnits(worker, id)).toEqual([
    { arm: "control", day: day1, units: 1, leftOut: 3 },
    { arm: "control", day: day2, units: 1, leftOut: 0 },
  ]);
  expect((await listArmAnswers(worker, id))[1]).toEqual({
    arm: "control",
    day: day2,
    answers: 1,
    fallbacks: 1,
  });
});

it("leaves out whoever's time a pause fell into, in every arm, and counts no day of it", async () => {
  const { db, worker, id, show, refresh, sums, pause } = await setUp({ days: 40 });
  await show([
    { unit: "done", days: 1 }, // its 7 days are over before
    { unit: "cut", days: 6 },
    { unit: "cut-too", arm: "treatment", days: 9.9 },
    { unit: "late-server", arm: "treatment", days: 10.1 }, // of a server that had not heard of it yet
    { unit: "later", days: 11, leftOut: "paused" },
    { unit: "later", days: 13 },
    { unit: "after", arm: "treatment", days: 14 },
  ]);
  await refresh(9);
  const before = (await getCourse(worker, id)).elapsedDays;
  await pause(10, 12.5);
  expect(before - (await getCourse(worker, id)).elapsedDays).toBeCloseTo(2.5, 3);
  await refresh(25);
  const counted = await db
    .selectFrom("experiment_unit")
    .select(["unit_id", "left_out"])
    .orderBy("first_at")
    .execute();
  expect(counted).toEqual([
    { unit_id: "done", left_out: null },
    { unit_id: "cut", left_out: "paused" },
    { unit_id: "cut-too", left_out: "paused" },
    { unit_id: "late-server", left_out: "paused" },
    { unit_id: "later", left_out: null },
    { unit_id: "after", left_out: null },
  ]);
  const spend = (await sums()).filter(({ metric }) => metric === "spend");
  expect(spend.map(({ arm, sums: { n } }) => [arm, n])).toEqual([
    ["control", 1],
    ["control", 1],
    ["treatment", 1],
  ]);
  const dayByDay = await sums();
  await refresh(25, true);
  expect(await sums()).toEqual(dayByDay);
});

it("has nobody begin in a pause of a holdout, held out or not", async () => {
  const { show, refresh, sumOf, pause } = await setUp(smallHoldout());
  await show([
    { unit: "ann", arm: "held_out", days: 11, leftOut: "paused" },
    { unit: "bea", arm: null, days: 11 },
    { unit: "ann", arm: "held_out", days: 13 },
    { unit: "bea", arm: null, days: 13 },
  ]);
  await pause(10, 12.5);
  await refresh(25);
  expect([(await sumOf("spend", "held_out")).n, (await sumOf("spend", "rest")).n]).toEqual([1, 1]);
});

it("compares people held out with all others, whatever else those are in", async () => {
  const { show, refresh, sumOf } = await setUp(smallHoldout());
  await show([
    { unit: "ann", arm: "held_out", days: 1 },
    { unit: "bea", arm: null, days: 1 },
    { unit: "cid", arm: null, days: 2 },
  ]);
  await refresh(20);
  expect([(await sumOf("spend", "held_out")).n, (await sumOf("spend", "rest")).n]).toEqual([1, 2]);
});

it("parts new from returning people by what each was shown in the four weeks before, also where the first list came late", async () => {
  const { show, refresh, sums } = await setUp({ segmentBy: "returning" });
  await show([
    { unit: "known", arm: null, days: -3 },
    { unit: "long gone", arm: null, days: -28 },
    { unit: "late", arm: null, days: -27.5 },
    ...["known", "long gone", "stranger"].map((unit) => ({ unit, days: 1 })),
    { unit: "late", days: 2 },
  ]);
  await refresh(10);
  const segments = async () =>
    (await sums()).flatMap(({ metric, day, segment, sums: { n } }) =>
      metric === "spend" ? [[day, segment, n]] : [],
    );
  const day = (days: number) => at(days).toISOString().slice(0, 10);
  expect((await segments()).sort()).toEqual([
    [day(1), "new", 2],
    [day(1), "returning", 1],
    [day(2), "new", 1],
  ]);
  await show([{ unit: "late", days: 0.1, stored: 10.5 }]);
  await refresh(11);
  expect((await segments()).sort()).toEqual([
    [day(0), "returning", 1],
    [day(1), "new", 2],
    [day(1), "returning", 1],
  ]);
});

it("gives what a plain computation over all rows gives, as they come in, late ones too, as at once", async () => {
  const seed = 20_261_130;
  const random = new Random(seed);
  const metrics: ExperimentInput["metrics"] = {
    spend: { kind: "mean", of: "spend", within: "3 d" },
    clicking: { kind: "proportion", of: "clicks", within: "1 d" },
    rate: { kind: "ratio", of: "clicks", per: "exposures", within: "2 d" },
    high: { kind: "quantile", of: "spend", at: 0.9, within: "3 d" },
    back: { kind: "retention", after: "1 d", within: "2 d" },
    fallbacks: { kind: "ratio", of: "fallbacks", per: "exposures", within: "2 d", better: "less" },
    complaining: { kind: "proportion", of: "complaints", within: "2 d", better: "less" },
    latency: { kind: "ratio", of: "latency", per: "exposures", within: "2 d", better: "less" },
    slow: { kind: "quantile", of: "latency", at: 0.9, within: "2 d", better: "less" },
    capped: { kind: "mean", of: "spend", within: "3 d", winsorise: { at: 0.8 } },
  };
  const { db, id, show, tell, refresh, sums } = await setUp({
    ...{ metrics, guardrails: {}, primary: { metric: "spend", leastEffect: 0.1 }, adjustBy: "5 d" },
    segmentBy: "country",
  });
  const draw = (below: number) => Math.floor(random.next() * below);
  const shown: Shown[] = Array.from({ length: 160 }, () => {
    const unit = draw(40);
    const days = draw(1_200) / 100;
    const stored = days + (draw(4) === 0 ? draw(600) / 100 : 0);
    // before day 5 nobody is in the experiment yet
    const arm = days < 5 ? null : unit % 2 ? "control" : "treatment";
    // of one time is one country, so that nobody has two first ones
    const country = [undefined, "AT", "DE"][Math.round(100 * days) % 3];
    const answer = { fallback: draw(5) === 0, ms: draw(800) / 8, country };
    return { unit: `u${unit}`, arm, days, stored, id: timedId(at(days).getTime()), ...answer };
  });
  const ids = shown.map(({ id }) => String(id));
  const came: Came[] = Array.from({ length: 200 }, () => {
    const of = draw(ids.length);
    const days = (shown[of]?.days ?? 0) + draw(300) / 100;
    const kind = (["click", "spend", "complaint"] as const)[draw(3)] ?? "click";
    const told = days + (draw(4) === 0 ? draw(600) / 100 : 0);
    return { of: ids[of] as string, kind, days, told, ...(kind === "spend" && { amount: draw(1_000) / 8 }) };
  });
  const asOf = 22;
  for (let day = 6, before = 0; day <= asOf; before = day, day += 1) {
    const isNew = (when = 0) => when > before && when <= day;
    await show(shown.filter(({ stored }) => isNew(stored)));
    await tell(came.filter(({ told }) => isNew(told)));
    await refresh(day);
  }
  const dayByDay = await sums();
  await refresh(asOf, true);
  // means of times are no exact fractions, and come in another order
  const rounded = (rows: typeof dayByDay) =>
    rows.map((row) => ({ ...row, sums: Object.values(row.sums).map((sum) => Number(sum?.toPrecision(12))) }));
  expect(rounded(await sums())).toEqual(rounded(dayByDay));

  const units = [...new Set(shown.filter(({ arm }) => arm).map(({ unit }) => unit))];
  const valuesOf = (unit: string) => {
    const mine = shown.filter((one) => one.unit === unit);
    const first = Math.min(...mine.filter(({ arm }) => arm).map(({ days }) => days));
    const segment = mine.find(({ arm, days }) => arm && days === first)?.country ?? "";
    const events = [
      ...mine.flatMap(({ days, fallback, ms = 0 }) => [
        { kind: "exposure", days: days - first, amount: 1 },
        { kind: "fallback", days: days - first, amount: Number(fallback) },
        { kind: "latency", days: days - first, amount: ms },
      ]),
      ...came
        .filter(({ of }) => mine.some(({ id, days }) => id === of && days >= first - 5 - 1e-9))
        .map(({ kind, days, amount = 1 }) => ({ kind: kind as string, days: days - first, amount })),
    ];
    const sum = (kind: string, from: number, until: number) =>
      events
        .filter((one) => one.kind === kind && one.days >= from - 1e-9 && one.days < until - 1e-9)
        .reduce((total, { amount }) => total + amount, 0);
    const fellBack = (needs: number) => sum("fallback", 0, needs) > 0;
    return { first, segment, arm: String(mine.find(({ arm }) => arm)?.arm), sum, fellBack };
  };
  const expected: [string, number, (of: ReturnType<typeof valuesOf>) => UnitValue][] = [
    ["spend", 3, ({ sum }) => ({ y: sum("spend", 0, 3), c: sum("spend", -5, 0) })],
    ["clicking", 1, ({ sum }) => ({ y: Number(sum("click", 0, 1) > 0), c: Number(sum("click", -5, 0) > 0) })],
    ["rate", 2, ({ sum }) => ({ y: sum("click", 0, 2), x: sum("exposure", 0, 2), c: sum("click", -5, 0) })],
    ["high", 3, ({ sum }) => ({ y: sum("spend", 0, 3) })],
    [
      "back",
      3,
      ({ sum }) => ({ y: Number(sum("exposure", 1, 3) > 0), c: Number(sum("exposure", -5, 0) > 0) }),
    ],
    [
      "fallbacks",
      2,
      ({ sum }) => ({ y: sum("fallback", 0, 2), x: sum("exposure", 0, 2), c: sum("fallback", -5, 0) }),
    ],
    [
      "complaining",
      2,
      ({ sum }) => ({ y: Number(sum("complaint", 0, 2) > 0), c: Number(sum("complaint", -5, 0) > 0) }),
    ],
    [
      "latency",
      2,
      ({ sum }) => ({ y: sum("latency", 0, 2), x: sum("exposure", 0, 2), c: sum("latency", -5, 0) }),
    ],
    ["slow", 2, ({ sum }) => ({ y: sum("latency", 0, 2) / sum("exposure", 0, 2) })],
    ["capped", 3, ({ sum }) => ({ y: sum("spend", 0, 3), c: sum("spend", -5, 0) })],
  ];
  for (const [metric, needs, of] of expected)
    for (const arm of ["control", "treatment"]) {
      const mature = units.map(valuesOf).filter((one) => one.arm === arm && one.first + needs <= asOf);
      const found = dayByDay.filter((row) => row.metric === metric && row.arm === arm);
      for (const segment of ["", "AT", "DE"])
        for (const answeredBy of ["arm", "fallback"] as const) {
          const those = mature.filter(
            (one) => one.segment === segment && one.fellBack(needs) === (answeredBy === "fallback"),
          );
          const wanted = momentsOf(those.map(of));
          const got = mergeMoments(
            found.flatMap((row) =>
              row.answeredBy === answeredBy && row.segment === segment ? [row.sums] : [],
            ),
          );
          for (const [letter, value] of Object.entries(wanted))
            expect([seed, metric, arm, segment, answeredBy, letter, got[letter as keyof Moments]]).toEqual([
              ...[seed, metric, arm, segment, answeredBy, letter],
              expect.closeTo(value, 6),
            ]);
        }
      if (metric === "high") {
        const counts = countValues(mature.map((one) => of(one).y));
        const zeros = found.reduce((total, { valueCounts }) => total + (valueCounts?.zeros ?? 0), 0);
        expect(zeros).toBe(counts.zeros);
      }
    }
  const values = units.map(valuesOf).filter(({ first }) => first + 3 <= asOf);
  const ages = await listAgeSums(db, id);
  for (const day of [0, 1, 2])
    for (const arm of ["control", "treatment"]) {
      const rows = ages.filter((row) => row.metric === `spend@${day}` && row.arm === arm);
      const { n, y, yy } = mergeMoments(rows.map(({ sums: of }) => of));
      const plain = momentsOf(
        values.flatMap((one) => (one.arm === arm ? [{ y: one.sum("spend", day, day + 1) }] : [])),
      );
      expect([day, n, y, yy]).toEqual([
        ...[day, plain.n],
        ...[expect.closeTo(plain.y, 6), expect.closeTo(plain.yy, 6)],
      ]);
    }
  expect(new Set(ages.map(({ metric }) => metric)).size).toBe(3);
  const paid = values.map(({ arm, sum }) => ({ arm, y: sum("spend", 0, 3) }));
  const { plan } = await getExperiment(db, id);
  const some = paid.flatMap(({ y }) => (y > 0 ? [y] : [])).sort((a, b) => a - b);
  const atLeast = some[Math.ceil(some.length * 0.8) - 1] as number;
  const cap = 1.01 ** valueBucket(atLeast);
  for (const arm of ["control", "treatment"]) {
    const rows = daySums(plan, dayByDay).filter((row) => row.metric === "capped" && row.arm === arm);
    const plain = momentsOf(paid.flatMap((one) => (one.arm === arm ? [{ y: Math.min(one.y, cap) }] : [])));
    const { n, y, yy } = mergeMoments(rows.map(({ sums }) => sums as Moments));
    expect([n, y, yy]).toEqual([plain.n, expect.closeTo(plain.y, 6), expect.closeTo(plain.yy, 4)]);
  }
});
