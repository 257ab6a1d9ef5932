import { compareMoments } from "../../core/experiment/compare.ts";
import { levels } from "../../core/experiment/levels.ts";
import { addUnit, type Moments, mergeMoments, noMoments } from "../../core/experiment/moments.ts";
import { judge, type Verdict } from "../../core/experiment/verdict.ts";
import type { FaultRow } from "./row.ts";
import { SimulatedPeople } from "./simulated-people.ts";

const DAYS = 28;
/** Of each arm. */
const PEOPLE_A_DAY = 200;
const ALPHA = 0.05;
/** The naive look must be seen to err, or this looked at nothing. */
const LEAST_NAIVE = 0.15;

interface Arm {
  spend: Moments;
  clicks: Moments;
  returned: Moments;
}

/** Experiments between two arms that are the same, looked at each day. */
export const x01: FaultRow = {
  id: "X-01",
  title: "A/A experiments looked at daily for four weeks, on skewed spend with two guardrails",
  bound: "a false ship or stop in at most 5 %; the naive test errs in more than 15 % of the same",
  counts: { quick: 30, full: 2_000 },
  async run({ n, random }) {
    const people = new SimulatedPeople(random);
    const count = { ship: 0, stop: 0, primary: 0, naive: 0, naiveAtEnd: 0 };
    for (let trial = 0; trial < n; trial += 1) {
      const { verdict, primary, naive, naiveAtEnd } = runOnce(people);
      if (verdict === "ship" || verdict === "stop") count[verdict] += 1;
      if (primary) count.primary += 1;
      if (naive) count.naive += 1;
      if (naiveAtEnd) count.naiveAtEnd += 1;
    }
    const wrong = count.ship + count.stop;
    return {
      n,
      failures: [
        ...(wrong > n * ALPHA ? [`${wrong} of ${n} ended with a false ship or stop`] : []),
        ...(count.naive > n * LEAST_NAIVE ? [] : [`the naive test erred in only ${count.naive} of ${n}`]),
      ],
      figures: {
        "false ship, always-valid": count.ship / n,
        "false stop, always-valid": count.stop / n,
        "spend's interval ever without 0, always-valid": count.primary / n,
        "the same, fixed interval looked at daily": count.naive / n,
        "the same, fixed interval looked at once, at the end": count.naiveAtEnd / n,
      },
    };
  },
};

interface Ended {
  verdict: Verdict;
  /** Whether spend's interval ever lay on one side of 0. */
  primary: boolean;
  naive: boolean;
  naiveAtEnd: boolean;
}

function runOnce(people: SimulatedPeople): Ended {
  const level = levels(ALPHA, { arms: 1, guardrails: 2 });
  const method = { kind: "always_valid" as const, plannedUnits: 2 * PEOPLE_A_DAY * DAYS };
  let [control, treatment] = [noArm(), noArm()];
  let verdict: Verdict = "go_on";
  let [primary, naive, naiveAtEnd] = [false, false, false];
  for (let day = 1; day <= DAYS; day += 1) {
    [control, treatment] = [later(control, people), later(treatment, people)];
    const of = (metric: keyof Arm) => ({ control: control[metric], treatment: treatment[metric] });
    const lift = (kind: "proportion" | "ratio", metric: keyof Arm) =>
      compareMoments({ kind }, of(metric), { method, alpha: level.guardrail, sides: 1 })?.lift;
    const once = compareMoments({ kind: "mean" }, of("spend"), { method: { kind: "fixed" }, alpha: ALPHA });
    naiveAtEnd = (once?.lift?.p ?? 1) < ALPHA;
    naive ||= naiveAtEnd;
    const spend = compareMoments({ kind: "mean" }, of("spend"), { method, alpha: level.primary })?.lift;
    primary ||= spend !== undefined && (spend.low > 0 || spend.high < 0);
    if (verdict !== "go_on") continue;
    ({ verdict } = judge({
      primary: { name: "spend", better: "up", lift: spend },
      // No loss is accepted: the hardest case, in which every guardrail that seems to fall is a false alarm.
      guardrails: [
        { name: "clicks", better: "up", lift: lift("ratio", "clicks"), acceptedLoss: 0 },
        { name: "return", better: "up", lift: lift("proportion", "returned"), acceptedLoss: 0 },
      ],
      rule: { ship: "better" },
      leastEffect: 0.05,
      sampleRatio: { isMismatch: false, causes: [] },
      isOver: day === DAYS,
      isSequential: true,
      mayShip: true,
    }));
  }
  return { verdict, primary, naive, naiveAtEnd };
}

function noArm(): Arm {
  return { spend: noMoments(), clicks: noMoments(), returned: noMoments() };
}

/** The arm with another day's people. */
function later(arm: Arm, people: SimulatedPeople): Arm {
  const day = noArm();
  for (let person = 0; person < PEOPLE_A_DAY; person += 1) {
    const shown = 1 + Math.floor(20 * people.evening());
    addUnit(day.spend, { y: people.spend(0.3, 1) });
    addUnit(day.clicks, { y: people.few(shown, 0.08), x: shown });
    addUnit(day.returned, { y: people.happens(0.4) ? 1 : 0 });
  }
  return {
    spend: mergeMoments([arm.spend, day.spend]),
    clicks: mergeMoments([arm.clicks, day.clicks]),
    returned: mergeMoments([arm.returned, day.returned]),
  };
}
