import { compareMoments, type Method } from "../../core/experiment/compare.ts";
import { armEstimate } from "../../core/experiment/estimate.ts";
import { addUnit, type Moments, noMoments } from "../../core/experiment/moments.ts";
import { type Design, unitsNeeded } from "../../core/experiment/power.ts";
import type { FaultRow } from "./row.ts";
import { SimulatedPeople } from "./simulated-people.ts";

const DAYS = 28;
const ALPHA = 0.05;
const POWER = 0.8;
/** Planned, and true. */
const LIFT = 0.08;
/** Past units from which the plan knows the metric's mean and variance. */
const PAST = 50_000;
const OFF = 0.03;

/** Experiments whose effect is the one that was planned for, with as many units as the plan said. */
export const x02: FaultRow = {
  id: "X-02",
  title: "experiments with the planned effect and the planned units",
  bound: "found in as many as planned, within 3 points; looked at daily, and once",
  counts: { quick: 150, full: 2_000 },
  async run({ n, random }) {
    const people = new SimulatedPeople(random);
    const past = noMoments();
    for (let person = 0; person < PAST; person += 1) addUnit(past, { y: people.evening() });
    const failures: string[] = [];
    const figures: Record<string, number> = {};
    for (const kind of ["always_valid", "fixed"] as const) {
      const units = unitsNeeded(LIFT * (past.y / past.n), POWER, design(kind, past));
      const method: Method =
        kind === "fixed" ? { kind } : { kind, plannedUnits: 2 * DAYS * Math.ceil(units / DAYS / 2) };
      let found = 0;
      for (let trial = 0; trial < n; trial += 1) if (isFound(people, units, method)) found += 1;
      // A short run is off by chance: 3.5 standard errors of its share, where those are more.
      const allowed = Math.max(OFF, 3.5 * Math.sqrt((POWER * (1 - POWER)) / n));
      if (Math.abs(found / n - POWER) > allowed)
        failures.push(`${kind}: ${found} of ${n} found the effect, planned were ${POWER * 100} %`);
      figures[`units planned, ${kind}`] = units;
      figures[`found, ${kind}`] = found / n;
    }
    return { n, failures, figures };
  },
};

function design(kind: Method["kind"], past: Moments): Design {
  const variance = armEstimate("mean", past)?.variance ?? Number.NaN;
  return {
    variance,
    // The effect stretches every value.
    treatmentVariance: variance * (1 + LIFT) ** 2,
    shares: { control: 0.5, treatment: 0.5 },
    alpha: ALPHA,
    looks: kind === "fixed" ? { kind } : { kind, looks: DAYS },
  };
}

/** Whether the interval lies above 0 on some day, or at the end where one looks once. */
function isFound(people: SimulatedPeople, units: number, method: Method): boolean {
  const aDay = Math.ceil(units / DAYS / 2);
  const [control, treatment] = [noMoments(), noMoments()];
  for (let day = 1; day <= DAYS; day += 1) {
    for (let person = 0; person < aDay; person += 1) {
      addUnit(control, { y: people.evening() });
      addUnit(treatment, { y: people.evening() * (1 + LIFT) });
    }
    if (method.kind === "fixed" && day < DAYS) continue;
    const compared = compareMoments({ kind: "mean" }, { control, treatment }, { method, alpha: ALPHA });
    if (compared?.difference && compared.difference.low > 0) return true;
  }
  return false;
}
