import { describe, expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import { describeFault } from "./faults.ts";

function faultsWith(freezes: readonly object[]): string[] {
  const checked = checkDefinition({ ...smallDefinition(), freezes });
  return checked.ok ? [] : checked.faults.map(describeFault);
}

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const NIGHTS = {
  days: [1, 2, 3, 4],
  from: "18:00",
  to: "08:00",
  timeZone: "Europe/Berlin",
  reason: "nights",
};

it("takes weekends and nights, and all but one hour of a week", () => {
  const weekend = { ...NIGHTS, days: [5], toDay: 1 };
  expect(faultsWith([NIGHTS, weekend])).toEqual([]);
  expect(faultsWith([{ ...NIGHTS, days: [3], from: "11:00", toDay: 3, to: "10:00" }])).toEqual([]);
});

const NO_GAP =
  "freezes: leave no time in some week in which a version could go live; leave a gap in each week";
describe("one mistake, one sentence:", () => {
  it.each<[what: string, freezes: object[], said: string]>([
    ["every day, all day", [{ ...NIGHTS, days: WEEK, from: "00:00", to: "00:00" }], NO_GAP],
    [
      "days in one zone, nights in another, that leave no gap",
      [
        { ...NIGHTS, days: WEEK, from: "00:00", to: "14:00", timeZone: "UTC" },
        { ...NIGHTS, days: WEEK, from: "08:00", to: "20:00", timeZone: "America/New_York" },
      ],
      NO_GAP,
    ],
    [
      "a gap that clocks jump over once a year",
      [{ ...NIGHTS, days: [7], from: "03:00", toDay: 7, to: "02:00" }],
      NO_GAP,
    ],
    ["nothing", [], "freezes: is empty; leave it out"],
    ["no day", [{ ...NIGHTS, days: [] }], "freezes[0].days: is empty; name the days on which it begins"],
    [
      "a day twice",
      [{ ...NIGHTS, days: [1, 2, 1] }],
      "freezes[0].days[2]: 1 is in the list already; write it once",
    ],
    [
      "an eighth day",
      [{ ...NIGHTS, toDay: 8 }],
      "freezes[0].toDay: 8 is too big; write a number of at most 7",
    ],
    [
      "an hour that is none",
      [{ ...NIGHTS, from: "24:00" }],
      'freezes[0].from: "24:00" is not a time of day; write it as in "18:00"',
    ],
    [
      "an offset, which PostgreSQL would read the other way round",
      [{ ...NIGHTS, timeZone: "+01:00" }],
      'freezes[0].timeZone: "+01:00" is not a time zone\'s name; write a name of the IANA list, as in "Europe/Vienna" or "UTC"',
    ],
  ])("%s", (_, freezes, said) => {
    expect(faultsWith(freezes)).toEqual([said]);
  });
});
