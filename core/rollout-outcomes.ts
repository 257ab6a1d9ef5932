/**
 * What people did in a stage of a rollout, judged: those whom the new version is meant to answer beside all others. A
 * person counts, not an answer: what one does with many answers goes together, and intervals of answers would be too narrow.
 */
import type { RolloutChecks } from "./definition-rollout.ts";
import { newcombeInterval } from "./proportion.ts";
import type { RolloutCheck } from "./rollout-judge.ts";
import { percent } from "./rollout-words.ts";

/** Of the people of one version. */
export interface GroupOutcomes {
  /** Who was shown a list in the stage. */
  people: number;
  /** Of these, who clicked at all. */
  clicked: number;
  played: number;
  /** What they spent, and the sum of its squares. */
  spend: number;
  spendSquares: number;
}

export interface StageOutcomes {
  live: GroupOutcomes;
  candidate: GroupOutcomes;
  /** In which people spent in this stage; what is in several cannot be added up. */
  currencies: readonly string[];
}

export type OutcomeChecks = Pick<RolloutChecks, "maxClickDecrease" | "maxPlayDecrease" | "maxSpendDecrease">;

/** Whether any of the checks asks what people did. */
export function areOutcomesJudged(checks: OutcomeChecks): boolean {
  return [checks.maxClickDecrease, checks.maxPlayDecrease, checks.maxSpendDecrease].some(
    (most) => most !== undefined,
  );
}

/** @param z of the intervals: the normal distribution's quantile */
export function judgeOutcomes(checks: OutcomeChecks, outcomes: StageOutcomes, z: number): RolloutCheck[] {
  const { maxClickDecrease, maxPlayDecrease, maxSpendDecrease } = checks;
  return [
    ...(maxClickDecrease === undefined ? [] : [decrease("clicks", outcomes, maxClickDecrease, z)]),
    ...(maxPlayDecrease === undefined ? [] : [decrease("plays", outcomes, maxPlayDecrease, z)]),
    ...(maxSpendDecrease === undefined ? [] : [spendDecrease(outcomes, maxSpendDecrease, z)]),
  ];
}

const SHARES = {
  clicks: { of: "clicked", did: "people who clicked", told: "a click" },
  plays: { of: "played", did: "people who played something", told: "a play" },
} as const;

function decrease(
  id: keyof typeof SHARES,
  { live, candidate }: StageOutcomes,
  most: number,
  z: number,
): RolloutCheck {
  const { of, did, told } = SHARES[id];
  if (live.people === 0 || candidate.people === 0) return untold(id, did, NOBODY_YET);
  if (live[of] + candidate[of] === 0) return untold(id, did, `nobody has told of ${told} yet`);
  const [now, before] = [candidate[of] / candidate.people, live[of] / live.people];
  const { high } = newcombeInterval([candidate[of], candidate.people], [live[of], live.people], z);
  const verdict = high < -most ? "fail" : before - now <= most ? "pass" : "inconclusive";
  const text = `${did}: ${percent(now)} of ${candidate.people}, with the live version ${percent(before)} of ${live.people}; at most ${percent(most)} less may be`;
  return { id, verdict, text };
}

/** By the normal distribution, as means of thousands of people are spread; of fewer its interval is too narrow. */
const LEAST_PEOPLE = 1_000;

function spendDecrease(
  { live, candidate, currencies }: StageOutcomes,
  most: number,
  z: number,
): RolloutCheck {
  const what = "spend per person";
  if (currencies.length > 1)
    return untold(
      "spend",
      what,
      `it is in ${currencies.join(" and ")}, which cannot be added up; an experiment knows rates`,
    );
  const [currency] = currencies;
  if (currency === undefined) return untold("spend", what, "nobody has told of any yet");
  if (live.people === 0 || candidate.people === 0) return untold("spend", what, NOBODY_YET);
  const [now, before] = [candidate.spend / candidate.people, live.spend / live.people];
  const least = (1 - most) * before;
  const error = Math.sqrt(varianceOfMean(candidate) + (1 - most) ** 2 * varianceOfMean(live));
  const areMany = Math.min(live.people, candidate.people) >= LEAST_PEOPLE;
  const isSurelyLess = areMany && now - least + z * error < 0;
  const verdict = isSurelyLess ? "fail" : now >= least ? "pass" : "inconclusive";
  const text = `${what}: ${money(now)} ${currency} of ${candidate.people}, with the live version ${money(before)} of ${live.people}; at most ${percent(most)} of that less may be`;
  return { id: "spend", verdict, text };
}

function varianceOfMean({ people, spend, spendSquares }: GroupOutcomes): number {
  if (people < 2) return Number.POSITIVE_INFINITY;
  return Math.max(0, spendSquares - (spend * spend) / people) / (people - 1) / people;
}

const NOBODY_YET = "one of the versions has answered nobody yet";

function untold(id: RolloutCheck["id"], what: string, why: string): RolloutCheck {
  return { id, verdict: "inconclusive", text: `${what}: ${why}` };
}

function money(amount: number): string {
  return String(Number(amount.toPrecision(4)));
}
