import { expect, it } from "vitest";
import { type DrillTrial, judgeGate, summariseFaults } from "./report.ts";

const HOUR_MS = 3_600_000;

function trial(change: Partial<DrillTrial>): DrillTrial {
  return {
    ...{ fault: "recoded", source: "sales", column: "channel", since: "2026-11-01T00:00:00.000Z" },
    ...{
      caughtBy: ["values:sales:channel"],
      afterMs: 2 * HOUR_MS,
      causes: ["source:sales"],
      isHarmless: false,
    },
    ...change,
  };
}
const missed = { caughtBy: [], afterMs: null, causes: [] };

it("sums trials up by fault: caught, how soon, by what, the cause right only when it alone was named, and where it was missed", () => {
  const trials = [
    trial({}),
    trial({
      afterMs: 26 * HOUR_MS,
      caughtBy: ["volume:sales", "values:sales:channel"],
      causes: ["source:sales", "source:titles"],
    }),
    trial({ afterMs: 8 * HOUR_MS, causes: ["source:titles"] }),
    trial({ ...missed }),
    trial({ fault: "doubled", ...missed, isHarmless: true }),
  ];
  expect(summariseFaults(trials)).toEqual([
    {
      ...{ fault: "recoded", trials: 4, caught: 3, harmless: 0, rightCause: 1 },
      ...{ medianMs: 8 * HOUR_MS, mostMs: 26 * HOUR_MS, by: ["values", "volume"], missed: ["sales.channel"] },
    },
    {
      ...{ fault: "doubled", trials: 1, caught: 0, harmless: 1, rightCause: 0 },
      ...{ medianMs: null, mostMs: null, by: [], missed: [] },
    },
  ]);
});

it("counts a fault as caught when each of its trials was, in time; one that changed nothing is none to catch", () => {
  const trials = [
    trial({}),
    trial({ afterMs: 24 * HOUR_MS }),
    trial({ fault: "shifted", afterMs: 24 * HOUR_MS + 1 }),
    trial({ fault: "emptied" }),
    trial({ fault: "emptied", ...missed }),
    trial({ fault: "doubled", ...missed, isHarmless: true }),
  ];
  expect(judgeGate(trials, { atLeast: 1, within: 1 })).toEqual({ caught: 1, of: 3, isPassed: true });
  expect(judgeGate(trials, { atLeast: 2, within: 1 })).toEqual({ caught: 1, of: 3, isPassed: false });
  expect(judgeGate(trials, { atLeast: 2, within: 2 })).toEqual({ caught: 2, of: 3, isPassed: true });
});
