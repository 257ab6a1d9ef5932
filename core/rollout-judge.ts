/**
 * Whether a stage of a rollout may go on: what two versions did at the same time, compared. Three answers: surely worse
 * than allowed (`fail`), as good as asked (`pass`), and neither (`inconclusive`), which ships nothing.
 */
import type { RolloutChecks } from "./definition-rollout.ts";
import { LATENCY_BUCKETS, quantileInterval, quantileUs } from "./latency.ts";
import { newcombeInterval } from "./proportion.ts";
import { judgeOutcomes, type StageOutcomes } from "./rollout-outcomes.ts";
import { percent } from "./rollout-words.ts";

/** 99.99 % from two sides: a stage is looked at some hundreds of times, and a false alarm costs a release (docs/decisions/0017). */
const Z = 3.8906;
/** The percentile of the answer's time that is compared. */
const SLOW = 0.99;

/** What one version did in a stage. */
export interface ArmCounts {
  requests: number;
  /** Of these, where the version's own model failed, or rested after failures. */
  errors: number;
  /** Where the popularity list answered, whatever for. */
  fallbacks: number;
  latency: number[];
  /** Answers that were compared with the live version's to the same person: none but in the shadow stage. */
  compared: number;
  /** Sum over these of the share of the live version's list that this one has too. */
  agreement: number;
}

/** Nothing answered yet. */
export function noCounts(): ArmCounts {
  const latency = new Array<number>(LATENCY_BUCKETS).fill(0);
  return { requests: 0, errors: 0, fallbacks: 0, latency, compared: 0, agreement: 0 };
}

export interface RolloutCheck {
  id:
    | "errors"
    | "fallbacks"
    | "latency"
    | "agreement"
    | "clicks"
    | "plays"
    | "spend"
    | "requests"
    | "servers";
  verdict: "pass" | "fail" | "inconclusive";
  /** One sentence with the figures. */
  text: string;
}

export interface Judged {
  /** `wait`: not yet seen enough, and nothing is surely wrong. */
  verdict: "go_on" | "back" | "hold" | "wait";
  checks: RolloutCheck[];
}

/** What both versions did in a stage. */
export interface StageArms {
  live: ArmCounts;
  candidate: ArmCounts;
  /** What people did; not in the shadow, where nobody sees the new version's lists. */
  outcomes?: StageOutcomes;
}

/** What a stage needs before it may end. */
export interface StageNeeds {
  /** Of each version. */
  requests: number;
  /** Whether its time is over. */
  isTimeUp: boolean;
}

/**
 * Judges one stage. `back` as soon as a check surely fails; `go_on` when time and requests are over and every check
 * passes; `hold` when they are over and one cannot tell.
 */
export function judgeStage(
  checks: RolloutChecks,
  { live, candidate, outcomes }: StageArms,
  { requests, isTimeUp }: StageNeeds,
): Judged {
  const results = [
    ...(checks.maxErrorIncrease === undefined
      ? []
      : [increase("errors", "failed answers", live, candidate, checks.maxErrorIncrease)]),
    ...(checks.maxFallbackIncrease === undefined
      ? []
      : [
          increase(
            "fallbacks",
            "answers of the popularity list",
            live,
            candidate,
            checks.maxFallbackIncrease,
          ),
        ]),
    ...(checks.maxLatencyRatio === undefined ? [] : [latency(live, candidate, checks.maxLatencyRatio)]),
    ...(checks.minAgreement === undefined || candidate.compared === 0
      ? []
      : [agreement(candidate, checks.minAgreement)]),
    ...(outcomes === undefined ? [] : judgeOutcomes(checks, outcomes, Z)),
  ];
  if (results.some(({ verdict }) => verdict === "fail")) return { verdict: "back", checks: results };
  if (!isTimeUp || Math.min(live.requests, candidate.requests) < requests)
    return { verdict: "wait", checks: results };
  const isSure = results.every(({ verdict }) => verdict === "pass");
  return { verdict: isSure ? "go_on" : "hold", checks: results };
}

function increase(
  id: "errors" | "fallbacks",
  what: string,
  live: ArmCounts,
  candidate: ArmCounts,
  most: number,
): RolloutCheck {
  if (live.requests === 0 || candidate.requests === 0)
    return { id, verdict: "inconclusive", text: `${what}: one of the versions has answered nobody yet` };
  const [now, before] = [candidate[id] / candidate.requests, live[id] / live.requests];
  const { low } = newcombeInterval([candidate[id], candidate.requests], [live[id], live.requests], Z);
  const verdict = low > most ? "fail" : now - before <= most ? "pass" : "inconclusive";
  const text = `${what}: ${percent(now)} of ${candidate.requests}, the live version's ${percent(before)} of ${live.requests}; at most ${percent(most)} more may be`;
  return { id, verdict, text };
}

function latency(live: ArmCounts, candidate: ArmCounts, most: number): RolloutCheck {
  const [now, before] = [quantileUs(candidate.latency, SLOW), quantileUs(live.latency, SLOW)];
  const [mine, theirs] = [
    quantileInterval(candidate.latency, SLOW, Z),
    quantileInterval(live.latency, SLOW, Z),
  ];
  if (now === undefined || before === undefined)
    return {
      id: "latency",
      verdict: "inconclusive",
      text: "time to answer: one of the versions has answered nobody yet",
    };
  const isSurelySlow = mine !== undefined && theirs !== undefined && mine.low > most * theirs.high;
  const verdict = isSurelySlow ? "fail" : now <= most * before ? "pass" : "inconclusive";
  const text = `time to answer: 99 of 100 within ${ms(now)}, the live version's within ${ms(before)}; at most ${most} times as long may be`;
  return { id: "latency", verdict, text };
}

/** Half the agreement's spread is the most that shares between 0 and 1 can have, so this is on the safe side. */
const WIDEST_SPREAD = 0.5;

function agreement({ compared, agreement: sum }: ArmCounts, least: number): RolloutCheck {
  const mean = sum / compared;
  const half = (Z * WIDEST_SPREAD) / Math.sqrt(compared);
  const verdict = mean + half < least ? "fail" : mean >= least ? "pass" : "inconclusive";
  const text = `agreement: the lists share ${percent(mean)} of their items, over ${compared} answers; at least ${percent(least)} must be`;
  return { id: "agreement", verdict, text };
}

function ms(us: number): string {
  return `${Number((us / 1_000).toPrecision(3))} ms`;
}
