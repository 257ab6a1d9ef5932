/** A candidate's lists against the live version's, by what was logged of neither: what the QA report says of it. */
import type { OffPolicy } from "../qa-report.ts";
import { formatCount, formatShare, plural } from "../words.ts";
import { type LoggedAction, PolicyDifference, type PolicyEstimate, PolicySums } from "./off-policy.ts";
import type { RewardGuesses } from "./reward-guess.ts";

/** Below these, an interval by the normal distribution says more than is known. */
const LEAST_PEOPLE = 100;
const LEAST_EFFECTIVE_SIZE = 100;
const LEAST_REWARDS = 10;
/** Share of what only the candidate shows that could have been shown: what could not is guessed alone. */
const LEAST_OVERLAP = 0.8;
/** Figures are told of so many items shown. */
const PER = 1_000;

/** What is counted, and over which lists. */
export interface OffPolicyQuestion {
  candidate: string;
  /** As in `clicks`, `spend in EUR`. */
  reward: string;
  better: "more" | "less";
  /** How long after a list what came of it counts, as in `1 d`. */
  within: string;
  /** Of lists before the run. */
  days: number;
}

/** One list as it was shown, and what both policies show there. */
export interface LoggedList {
  /** How many items were asked for. */
  k: number;
  shown: readonly { itemId: string; propensity: number; reward: number }[];
  candidate: readonly string[];
  champion: readonly string[];
}

/**
 * Takes one person after the other. A place earns by its item and itself alone, whatever stands beside it (item-position model, Li et
 * al. 2018): a list is drawn place by place, and whole lists would hardly ever be the same.
 */
export class OffPolicyComparison {
  readonly #guesses: RewardGuesses;
  readonly #candidate = new PolicySums();
  readonly #champion = new PolicySums();
  readonly #difference = new PolicyDifference();
  /** The candidate's places where the champion shows another item: all that there is to tell. */
  readonly #differing = new PolicySums();
  #lists = 0;
  #people = 0;
  #places = 0;
  /** Rewarded places that only one of both shows. */
  #decisive = 0;
  #rewarded = 0;

  constructor(guesses: RewardGuesses) {
    this.#guesses = guesses;
  }

  /** @param half of the people that this person is in */
  addPerson(half: 0 | 1, lists: readonly LoggedList[]): void {
    const [candidate, champion, differing]: LoggedAction[][] = [[], [], []] as const;
    for (const list of lists)
      for (let place = 0; place < list.k; place += 1) {
        const [own, live] = [list.candidate[place], list.champion[place]];
        const one = this.#action(half, list, place, own);
        const other = this.#action(half, list, place, live);
        candidate?.push(one);
        champion?.push(other);
        if (one.reward > 0) this.#rewarded += 1;
        if (own === live) continue;
        if (own !== undefined) differing?.push(one);
        if (one.reward > 0 && one.target + other.target > 0) this.#decisive += 1;
      }
    if (!candidate || !champion || !differing) return;
    this.#candidate.add(candidate);
    this.#champion.add(champion);
    this.#differing.add(differing);
    this.#difference.add(candidate, champion);
    this.#lists += lists.length;
    this.#people += 1;
    this.#places += candidate.length;
  }

  result(question: OffPolicyQuestion): OffPolicy {
    const difference = this.#difference.estimate();
    const reason = this.#cannotTellBecause(question);
    const isSame = this.#lists > 0 && this.#differing.actions === 0 && this.#isSame();
    const verdict = isSame ? "same" : reason !== undefined ? "inconclusive" : verdictOf(question, difference);
    return {
      verdict,
      explanation: explain(question, {
        ...{ verdict, reason, difference, lists: this.#lists },
        ...{ own: this.#candidate.doublyRobust(), live: this.#champion.doublyRobust() },
      }),
      reward: question.reward,
      within: question.within,
      ...{ days: question.days, lists: this.#lists, people: this.#people },
      differingShare: this.#places === 0 ? null : this.#differing.actions / this.#places,
      overlap: this.#differing.overlap ?? null,
      effectiveSize: this.#differing.effectiveSize,
      subjects: [subject(question.candidate, this.#candidate), subject("champion", this.#champion)],
      difference: per(difference),
    };
  }

  #action(half: 0 | 1, list: LoggedList, place: number, itemId: string | undefined): LoggedAction {
    const shown = list.shown[place];
    return {
      // nothing stands there, so nothing else could
      propensity: shown?.propensity ?? 1,
      target: shown !== undefined && shown.itemId === itemId ? 1 : 0,
      reward: shown?.reward ?? 0,
      guess: this.#guesses.guess(half, shown?.itemId, place),
      expected: this.#guesses.guess(half, itemId, place),
    };
  }

  #isSame(): boolean {
    const difference = this.#difference.estimate();
    return difference === undefined || (difference.value === 0 && difference.error === 0);
  }

  #cannotTellBecause({ reward, within }: OffPolicyQuestion): string | undefined {
    if (this.#lists === 0)
      return `no list with drawn places is older than ${within}, so what came of them is not known`;
    if (this.#people < LEAST_PEOPLE)
      return `the lists are of ${plural(this.#people, "person", "people")}, and ${LEAST_PEOPLE} are needed`;
    if (this.#rewarded === 0) return `nobody reported ${reward} of these lists`;
    const { overlap, effectiveSize } = this.#differing;
    if (effectiveSize < LEAST_EFFECTIVE_SIZE)
      return `what the candidate alone shows was shown too rarely: the effective sample is ${formatCount(Math.floor(effectiveSize))} places, and ${LEAST_EFFECTIVE_SIZE} are needed`;
    if (overlap !== undefined && overlap < LEAST_OVERLAP)
      return `only ${formatShare(overlap)} of what the candidate alone shows could have been shown, ${formatShare(LEAST_OVERLAP)} is needed`;
    if (this.#decisive < LEAST_REWARDS)
      return `${plural(this.#decisive, "place")} with ${reward} tell${this.#decisive === 1 ? "s" : ""} the two apart, and ${LEAST_REWARDS} are needed`;
    return undefined;
  }
}

function verdictOf(
  { better }: OffPolicyQuestion,
  difference: PolicyEstimate | undefined,
): OffPolicy["verdict"] {
  if (!difference) return "inconclusive";
  if (difference.low > 0) return better === "more" ? "better" : "worse";
  if (difference.high < 0) return better === "more" ? "worse" : "better";
  return "unclear";
}

function explain(
  { candidate, reward, within, days }: OffPolicyQuestion,
  of: {
    verdict: OffPolicy["verdict"];
    reason: string | undefined;
    difference: PolicyEstimate | undefined;
    own: PolicyEstimate | undefined;
    live: PolicyEstimate | undefined;
    lists: number;
  },
): string {
  const from = `${plural(of.lists, "list")} of the ${days} days before the run`;
  if (of.verdict === "same") return `On ${from}, ${candidate} shows what the live version shows.`;
  if (of.verdict === "inconclusive" || !of.own || !of.live || !of.difference)
    return `Cannot be told from ${from}: ${of.reason ?? "nothing varies"}.`;
  const judged = {
    better: "so it would have done better",
    worse: "so it would have done worse",
    unclear: "which may be chance",
  }[of.verdict];
  return `Estimated from ${from}: ${candidate} would have earned ${told(of.own)} ${reward} within ${within} per ${formatCount(PER)} items shown, the live version ${told(of.live)}; the difference is ${signed(of.difference.value)} (95 % interval ${signed(of.difference.low)} to ${signed(of.difference.high)}), ${judged}. Nobody was shown its lists: an experiment measures it.`;
}

function told({ value }: PolicyEstimate): string {
  return String(Number((PER * value).toPrecision(3)));
}

function signed(value: number): string {
  const size = Number((PER * Math.abs(value)).toPrecision(3));
  return size === 0 ? "0" : `${value > 0 ? "+" : "\u2212"}${size}`;
}

function subject(name: string, sums: PolicySums): OffPolicy["subjects"][number] {
  return {
    subject: name,
    inversePropensity: per(sums.inversePropensity()),
    selfNormalised: per(sums.selfNormalised()),
    doublyRobust: per(sums.doublyRobust()),
  };
}

function per(found: PolicyEstimate | undefined): { mean: number; low: number; high: number } | null {
  if (!found) return null;
  return { mean: PER * found.value, low: PER * found.low, high: PER * found.high };
}
