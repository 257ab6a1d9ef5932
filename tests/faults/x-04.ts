import { type Comparison, compareEstimates, compareMoments } from "../../core/experiment/compare.ts";
import { addUnit, momentsOf, noMoments, type UnitValue } from "../../core/experiment/moments.ts";
import { countValues, quantileEstimate } from "../../core/experiment/value-counts.ts";
import type { FaultRow } from "./row.ts";
import { SimulatedPeople } from "./simulated-people.ts";

const ALPHA = 0.05;
const FIXED = { method: { kind: "fixed" as const }, alpha: ALPHA };
const OFF = 0.01;
const UNITS = 1_000;

interface Kind {
  name: string;
  /** What the interval must hold: the true difference. */
  truth: number;
  compare(people: SimulatedPeople): Comparison["difference"];
  /** Said, not asked for: where the normal approximation is known to be too coarse. */
  isHard?: true;
}

/** How often 95 % intervals hold the truth, kind by kind of metric. */
export const x04: FaultRow = {
  id: "X-04",
  title: "coverage of 95 % intervals of every kind of metric, 1,000 units an arm",
  bound: "between 94 and 96 %; where heavy-tailed spend falls short is said beside it",
  counts: { quick: 100, full: 4_000 },
  async run({ n, random }) {
    const people = new SimulatedPeople(random);
    const failures: string[] = [];
    const figures: Record<string, number> = {};
    // A short run is off by chance: 3.5 standard errors of its share, where those are more.
    const allowed = Math.max(OFF, 3.5 * Math.sqrt((ALPHA * (1 - ALPHA)) / n));
    for (const { name, truth, compare, isHard } of KINDS) {
      let held = 0;
      for (let trial = 0; trial < n; trial += 1) {
        const found = compare(people);
        if (found && found.low <= truth && truth <= found.high) held += 1;
      }
      figures[name] = held / n;
      if (!isHard && Math.abs(held / n - (1 - ALPHA)) > allowed)
        failures.push(`${name}: ${held} of ${n} hold it`);
    }
    return { n, failures, figures };
  },
};

const KINDS: readonly Kind[] = [
  {
    name: "proportion, 10 % against 12 %",
    truth: 0.02,
    compare: (people) =>
      difference("proportion", (lift) => ({ y: people.happens(0.1 + 0.02 * lift) ? 1 : 0 })),
  },
  {
    name: "mean of a gamma metric",
    truth: 0.1,
    compare: (people) => difference("mean", (lift) => ({ y: people.evening() + 0.1 * lift })),
  },
  {
    name: "mean, CUPED",
    truth: 0.1,
    compare: (people) =>
      difference(
        "mean",
        (lift) => {
          const c = people.evening();
          return { y: 0.7 * c + people.evening() + 0.1 * lift, c };
        },
        true,
      ),
  },
  {
    name: "ratio, clicks of what was shown",
    truth: 0.01,
    compare: (people) =>
      difference("ratio", (lift) => {
        const x = 1 + Math.floor(20 * people.evening());
        return { y: people.few(x, 0.1 + 0.01 * lift), x };
      }),
  },
  {
    name: "90th percentile",
    truth: 0,
    compare: (people) => {
      const [a, b] = [0, 0].map(() =>
        quantileEstimate(countValues(units(UNITS, () => people.evening())), 0.9),
      );
      return a && b && compareEstimates(a, b, FIXED).difference;
    },
  },
  {
    name: "spend, 30 % pay, equal arms",
    truth: 0,
    compare: (people) => difference("mean", () => ({ y: people.spend(0.3, 1) })),
  },
  {
    name: "spend, 2 % pay with heavy tails, equal arms (not asked for)",
    truth: 0,
    isHard: true,
    compare: (people) => difference("mean", () => ({ y: people.spend(0.02, 2) })),
  },
  {
    name: "spend, 2 % pay with heavy tails, arms of 4,500 and 500 (not asked for)",
    truth: 0,
    isHard: true,
    compare: (people) => unequal(people, (value) => value),
  },
  {
    name: "the same, capped at 200 (not asked for)",
    truth: 0,
    isHard: true,
    compare: (people) => unequal(people, (value) => Math.min(200, value)),
  },
];

/** @param unit a unit of the treatment with 1, of the control with 0 */
function difference(
  kind: "proportion" | "mean" | "ratio",
  unit: (lift: 0 | 1) => UnitValue,
  cuped = false,
): Comparison["difference"] {
  const [control, treatment] = ([0, 1] as const).map((lift) => momentsOf(units(UNITS, () => unit(lift))));
  if (!control || !treatment) return undefined;
  return compareMoments({ kind, cuped }, { control, treatment }, FIXED)?.difference;
}

function unequal(people: SimulatedPeople, cap: (value: number) => number): Comparison["difference"] {
  const [control, treatment] = [noMoments(), noMoments()];
  for (let unit = 0; unit < 4.5 * UNITS; unit += 1) addUnit(control, { y: cap(people.spend(0.02, 2)) });
  for (let unit = 0; unit < 0.5 * UNITS; unit += 1) addUnit(treatment, { y: cap(people.spend(0.02, 2)) });
  return compareMoments({ kind: "mean" }, { control, treatment }, FIXED)?.difference;
}

function units<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
