import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { checkSchedule, newestDueTick, type Schedule } from "./check-schedule.ts";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");
const at = (time: string) => new Date(`2026-${time}:00Z`);
const schedule = (change: Partial<Schedule> = {}): Schedule => ({
  ...{ cron: "0 3 * * *", timeZone: "Europe/Vienna", overlap: "skip", catchUpWindow: "1 h" },
  ...change,
});

it.each([
  ["a quarter of an hour after its catch-up window", "11-30T03:15", "11-30T02:00"],
  ["not a minute before", "11-30T03:14", "11-29T02:00"],
  ["by the clocks of its zone, in summer", "07-01T03:00", "07-01T01:00"],
])("is due %s", (_, now, tick) => {
  expect(newestDueTick(schedule(), LONG_AGO, at(now))).toEqual(at(tick));
});

it("is due only when day and weekday both fit, as Temporal has it", () => {
  const first = schedule({ cron: "0 3 1 * 2", timeZone: "UTC" });
  expect(newestDueTick(first, LONG_AGO, at("11-30T12:00"))).toEqual(at("09-01T03:00")); // a Tuesday
});

it("was never due before the definition was applied", () => {
  expect(newestDueTick(schedule(), at("11-30T02:30"), at("11-30T12:00"))).toBeUndefined();
});

it("says what the tick left, or that it left nothing, with where to look", () => {
  const tick = at("11-30T02:00");
  const says = (seen: { run?: string; atWork?: string; held?: number }, when = tick) => {
    const known = { tick: when, run: seen.run, atWork: seen.atWork, held: seen.held };
    const { verdict, explanation } = checkSchedule("movies", schedule(), known, at("11-30T04:00"));
    return `${verdict}: ${explanation}`;
  };
  expect(says({ run: "movies-20261130T020000" })).toBe(
    "pass: The tick due 2 h ago (2026-11-30T02:00:00.000Z) opened run movies-20261130T020000.",
  );
  expect(says({ held: 7 })).toBe(
    "pass: The tick due 2 h ago (2026-11-30T02:00:00.000Z) opened no run, since incident 7 held scheduled runs.",
  );
  expect(says({ atWork: "movies-1" })).toBe(
    "pass: The tick due 2 h ago (2026-11-30T02:00:00.000Z) opened no run, since run movies-1 was at work.",
  );
  expect(says({})).toBe(
    "fail: The tick due 2 h ago (2026-11-30T02:00:00.000Z) opened no run: see in Temporal whether nightly/movies is paused, or apply the definition again.",
  );
  expect(says({}, at("10-25T01:30"))).toMatch(/^inconclusive: .*; the clocks were changed around it/);
});

test.prop([fc.date({ min: at("01-01T00:00"), max: at("12-31T00:00"), noInvalidDate: true })])(
  "is the last one before the window, whenever it is asked for",
  (now) => {
    const tick = newestDueTick(schedule({ cron: "*/5 * * * *", timeZone: "UTC" }), LONG_AGO, now);
    const ageMs = now.getTime() - (tick as Date).getTime();
    expect(ageMs).toBeGreaterThanOrEqual(75 * 60_000);
    expect(ageMs).toBeLessThanOrEqual(80 * 60_000);
    expect((tick as Date).getTime() % 300_000).toBe(0);
  },
);
