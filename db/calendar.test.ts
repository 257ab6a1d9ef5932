/** Change calendars as PostgreSQL decides by them, beside core/calendar.ts, which says when. */
import { fc, test } from "@fast-check/vitest";
import { type Kysely, sql } from "kysely";
import { afterAll, expect, it } from "vitest";
import { frozenTimes } from "../core/calendar.ts";
import type { CalendarFreeze } from "../core/definition-freezes.ts";
import { calendarFreeze, momentNearClockChange } from "../tests/support/calendars.ts";
import { createTestDatabase, testDatabase } from "../tests/support/database.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { addLiveVersion, addOpenReview, addShop } from "../tests/support/shop.ts";
import { deploy, rollback } from "./deployments.ts";
import { findRelease } from "./releases.ts";
import { startStage } from "./rollouts.ts";
import { addSafeguard, findFreeze, findUnknownZone, liftSafeguard } from "./safeguards.ts";
import { addSteps, startStep } from "./steps.ts";
import type { Tables } from "./tables.ts";
import { registerVersion } from "./versions.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { db: shared, close } = await createTestDatabase();
afterAll(close);

/** Until when PostgreSQL holds it back at a moment; undefined when it doesn't. */
async function heldUntil(db: Kysely<Tables>, freezes: readonly CalendarFreeze[], at: number) {
  const { rows } = await sql<{ ends_at: Date }>`
    select ends_at from calendar_freeze(${JSON.stringify(freezes)}::jsonb, ${new Date(at)}::timestamptz)`.execute(
    db,
  );
  return rows[0]?.ends_at.getTime();
}

test.prop(
  [
    fc.array(calendarFreeze, { minLength: 1, maxLength: 4 }),
    fc.array(momentNearClockChange, { minLength: 5, maxLength: 5 }),
  ],
  { numRuns: 60 },
)("says the same as what people are told, around days on which clocks change", async (freezes, moments) => {
  for (const at of moments) {
    const [told] = frozenTimes(freezes, at, at + 1);
    // What leaves no gap in a week is refused at apply, and its end is looked for in different ways.
    fc.pre(!told || told.endMs - told.startMs <= 7 * DAY_MS);
    expect(await heldUntil(shared, freezes, at)).toBe(told?.endMs);
  }
});

/** A calendar that holds for two hours yet. */
function frozenNow(): [CalendarFreeze] {
  const day = new Date(Date.now() - HOUR_MS).getUTCDay() || 7;
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const now = Date.now();
  return [
    {
      ...{
        days: [day],
        from: at(now - HOUR_MS),
        to: at(now + 2 * HOUR_MS),
        timeZone: "UTC",
        reason: "the weekend",
      },
    },
  ];
}

/** Versions 1 and 2 were live, version 3 is approved; the applied definition has a calendar that holds now. */
async function setUp() {
  const { db } = await testDatabase();
  const { proof } = await addTestPerson(db, "deployer");
  await addLiveVersion(db);
  await addLiveVersion(db);
  const run = await addOpenReview(db);
  await decideAs(db, await addTestPerson(db), run);
  const version = await registerVersion(db, run.runId);
  await addShop(db, "shop", { freezes: frozenNow() });
  const goLive = async () => {
    const release = await findRelease(db, run.releaseDigest);
    const signed = { artifactDigest: String(release?.artifactDigest), reportDigest: run.reportDigest };
    return deploy(db, { runId: run.runId, version }, signed);
  };
  const thaw = (change: object = {}) =>
    addSafeguard(db, {
      ...{
        proof,
        kind: "thaw",
        model: "shop",
        until: new Date(Date.now() + HOUR_MS).toISOString(),
        reason: "urgent",
      },
      ...change,
    });
  return { db, proof, run, version, goLive, thaw };
}

it("lets nothing new go live by the applied definition's calendar, and lets it go back, and to the popularity list", async () => {
  const { db, proof, run, version, goLive, thaw } = await setUp();
  expect(await findFreeze(db, "shop")).toMatchObject({ reason: "the weekend" });
  await expect(goLive()).rejects.toThrow(
    /version 3: nothing goes live until .* UTC, by the calendar of its definition \(the weekend\); wait, or override it with "holt thaw shop"/,
  );
  await expect(
    startStage(db, { runId: run.runId, stage: 0 }, { version, kind: "canary", share: 0.1 }),
  ).rejects.toThrow("the weekend");
  const back = { proof, model: "shop", expected: 2, to: null, reason: "complaints" };
  expect(await rollback(db, back)).toMatchObject({ version: 1 });
  await rollback(db, { ...back, expected: 1, to: 2 });
  await addSafeguard(db, { ...back, kind: "baseline", until: new Date(Date.now() + HOUR_MS).toISOString() });
  const { id } = await thaw();
  expect(await findFreeze(db, "shop")).toBeUndefined();
  await liftSafeguard(db, { proof, id });
  await expect(goLive()).rejects.toThrow("the weekend");
  await thaw();
  expect(await goLive()).toMatchObject({ version: 3 });
});

it("is overridden for a week at most, by who may roll back, with a reason in the audit log; no freeze that somebody put up is", async () => {
  const { db, proof, goLive, thaw } = await setUp();
  await expect(thaw({ until: new Date(Date.now() + 8 * DAY_MS).toISOString() })).rejects.toThrow(
    "longer than 7 days",
  );
  await expect(thaw({ reason: "" })).rejects.toThrow("has no reason");
  await expect(thaw({ proof: (await addTestPerson(db)).proof })).rejects.toThrow("may not");
  await addLiveVersion(db, { model: "aisle" });
  await expect(thaw({ model: "aisle" })).rejects.toThrow('its definition has no "freezes" to override');
  const { id } = await thaw();
  expect(
    await db.selectFrom("audit").selectAll().where("subject", "=", `safeguard ${id}`).execute(),
  ).toMatchObject([{ action: "thaw", model: "shop", detail: { reason: "urgent" } }]);
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  await addSafeguard(db, { ...{ proof, kind: "freeze", model: "shop", until }, reason: "holidays" });
  await expect(goLive()).rejects.toThrow("holidays");
});

it("has runs that wait look again when it is overridden, or when another calendar is applied, and not else", async () => {
  const { db, run, thaw } = await setUp();
  await addSteps(db, run.runId, [{ name: "deploy", kind: "deploy", after: ["review"], skippable: false }]);
  await startStep(db, { runId: run.runId, step: "deploy" }, 1);
  const woken = () =>
    db.selectFrom("wake_up").select("signal").where("signal", "=", "rolloutAnswered").execute();
  await thaw();
  expect(await woken()).toHaveLength(1);
  await addShop(db, "shop", { freezes: frozenNow(), description: "else" });
  expect(await woken()).toHaveLength(1);
  await addShop(db, "shop", {});
  expect(await woken()).toHaveLength(2);
});

it("knows which time zones it can decide by", async () => {
  const zones = (...names: string[]) => names.map((timeZone) => ({ timeZone }));
  expect(await findUnknownZone(shared, zones("UTC", "Europe/Berlin", "Australia/Lord_Howe"))).toBeUndefined();
  expect(await findUnknownZone(shared, zones("UTC", "Mars/Olympus"))).toBe("Mars/Olympus");
});
