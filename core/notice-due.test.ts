import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { ALWAYS } from "../tests/support/notified-run.ts";
import type { Hours } from "./definition-hours.ts";
import { dueNotices, type NoticedReview } from "./notice-due.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OFFICE: Hours = { timeZone: "Europe/Vienna", days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
/** A Friday, 16:00 in Vienna. */
const FRIDAY = new Date("2026-11-27T15:00:00Z");

const review = (change: Partial<NoticedReview> = {}, rules: Partial<NoticedReview["rules"]> = {}) => ({
  openedAt: FRIDAY,
  isOpen: true,
  questions: 0,
  ...change,
  rules: { workingHours: ALWAYS, remindAfter: "4 h", ...rules },
});
const since = (ms: number) => new Date(FRIDAY.getTime() + ms);

describe("what is due", () => {
  it("at first the opening alone, and then the first reminder", () => {
    expect(dueNotices(review(), FRIDAY)).toEqual({ events: ["opened"], next: since(4 * HOUR_MS) });
    expect(dueNotices(review(), since(4 * HOUR_MS))).toEqual({
      events: ["opened", "reminder-1"],
      next: since(8 * HOUR_MS),
    });
  });

  it("counts working time, so that nobody is reminded on a Sunday", () => {
    const office = review({}, { workingHours: OFFICE, escalate: { after: "1 d", to: ["boss"] } });
    // an hour on Friday and three on Monday; a working day has eight
    expect(dueNotices(office, since(DAY_MS))).toEqual({
      events: ["opened"],
      next: new Date("2026-11-30T11:00:00Z"),
    });
    expect(dueNotices(office, new Date("2026-11-30T11:00:00Z"))).toEqual({
      events: ["opened", "reminder-1"],
      next: new Date("2026-11-30T15:00:00Z"),
    });
    expect(dueNotices(office, new Date("2026-11-30T15:00:00Z")).events).toEqual([
      "opened",
      "reminder-2",
      "escalation",
    ]);
  });

  it("of missed reminders the last one, and an escalation that was missed", () => {
    const missed = review({}, { escalate: { after: "5 h", to: ["boss"] } });
    expect(dueNotices(missed, since(21 * HOUR_MS))).toEqual({
      events: ["opened", "reminder-5", "escalation"],
      next: since(24 * HOUR_MS),
    });
  });

  it("each question, and after the end nothing but questions and the end", () => {
    expect(dueNotices(review({ questions: 2 }), FRIDAY).events).toEqual([
      "opened",
      "question-1",
      "question-2",
    ]);
    expect(dueNotices(review({ questions: 1, isOpen: false }), since(9 * HOUR_MS))).toEqual({
      events: ["question-1", "ended"],
    });
  });
});

test.prop([
  fc.integer({ min: 1, max: 100 }),
  fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  fc.integer({ min: 0, max: 14 * 24 * 60 }),
  fc.constantFrom(ALWAYS, OFFICE),
])(
  "looks again exactly when something new is due, never earlier, and always later",
  (remind, escalate, minutes, workingHours) => {
    const rules = {
      workingHours,
      remindAfter: `${remind} h`,
      ...(escalate === undefined ? {} : { escalate: { after: `${escalate} h`, to: ["boss"] } }),
    };
    const now = since(minutes * 60_000);
    const { events, next } = dueNotices(review({}, rules), now);
    if (!next) throw new Error("an open review is looked at again");
    expect(next.getTime()).toBeGreaterThan(now.getTime());
    expect(dueNotices(review({}, rules), new Date(next.getTime() - 1)).events).toEqual(events);
    expect(dueNotices(review({}, rules), next).events).not.toEqual(events);
  },
);
