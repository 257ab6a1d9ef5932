import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { timedId, timeOf } from "./timed-id.ts";

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test.prop([time])("is a UUID of version 7 that tells its millisecond", (nowMs) => {
  const id = timedId(nowMs);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(timeOf(id)).toBe(nowMs);
});

test.prop([time, time])("stands in the order of time", (one, other) => {
  if (one !== other) expect(timedId(one) < timedId(other)).toBe(one < other);
});

it("is another each time in the same millisecond, and reads the example of RFC 9562", () => {
  const ids = Array.from({ length: 10_000 }, () => timedId(1_000));
  expect(new Set(ids).size).toBe(ids.length);
  // RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00
  expect(timeOf("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")).toBe(Date.parse("2022-02-22T14:22:22-05:00"));
});
