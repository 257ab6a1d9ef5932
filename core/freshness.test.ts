import { expect, it } from "vitest";
import { checkFreshness, type SourceAge } from "./freshness.ts";

const at = new Date("2026-11-24T12:00:00Z");
const titles: SourceAge = {
  source: "titles",
  file: "data/movies.csv",
  promise: { measure: "delivery", maxAge: "36 h" },
  newest: undefined,
};

it("keeps its promise up to the last millisecond of it", () => {
  const newest = new Date("2026-11-23T00:00:00Z");
  expect(checkFreshness({ ...titles, newest }, at)).toMatchObject({
    id: "freshness:titles",
    cause: "source:titles",
    verdict: "pass",
    value: "1.5 d",
    threshold: "at most 36 h",
    explanation: 'Source "titles" was delivered 1.5 d ago, promised every 36 h.',
  });
  expect(checkFreshness({ ...titles, newest: new Date(newest.getTime() - 1) }, at).verdict).toBe("fail");
});

it("says how long a delivery has been missing", () => {
  const newest = new Date("2026-11-21T07:12:00Z");
  expect(checkFreshness({ ...titles, newest }, at)).toMatchObject({
    verdict: "fail",
    value: "3.2 d",
    explanation: 'Source "titles" has not been delivered for 3.2 d, promised every 36 h.',
  });
});

it("takes a file that isn't there for a breach", () => {
  expect(checkFreshness(titles, at)).toMatchObject({
    verdict: "fail",
    value: "no file",
    explanation: 'Source "titles" is missing: there is no file data/movies.csv, promised every 36 h.',
  });
});

it("judges events by the newest one, and cannot tell without any", () => {
  const events: SourceAge = { ...titles, promise: { measure: "event_time", maxAge: "1 h" } };
  expect(checkFreshness(events, at)).toMatchObject({ verdict: "inconclusive", value: "no event" });
  expect(checkFreshness({ ...events, newest: new Date("2026-11-24T10:00:00Z") }, at)).toMatchObject({
    verdict: "fail",
    explanation: 'Source "titles" has had no event for 2 h, promised every 1 h.',
  });
});

it("takes what is newer than the look for age 0", () => {
  expect(checkFreshness({ ...titles, newest: new Date("2026-11-25T00:00:00Z") }, at)).toMatchObject({
    verdict: "pass",
    value: "0 ms",
  });
});
