/** What an experiment says so far of one arm: ship, stop, go on, or inconclusive, with the reason in one sentence. */
import { inWords, type MetricResult, type Mismatch, opposite, sayMismatch } from "./verdict-words.ts";

export type Verdict = "ship" | "stop" | "go_on" | "inconclusive";

export interface Guardrail extends MetricResult {
  /** The loss still accepted, as a share of the control's value: 0.02 for 2 %. */
  acceptedLoss: number;
}

export interface Standing {
  primary: MetricResult;
  guardrails: readonly Guardrail[];
  /** Looked at too, decide nothing. */
  others?: readonly MetricResult[];
  /** `better`: ships what is surely better. `not_worse`: what surely loses no more than this, as for a cheaper model. */
  rule: { ship: "better" } | { ship: "not_worse"; acceptedLoss: number };
  /** The lift worth having, for the reason's words. */
  leastEffect: number;
  sampleRatio: Mismatch & { causes: readonly string[] };
  /** Whether the plan's days are over. */
  isOver: boolean;
  /** Whether the intervals may be acted on before that: always-valid ones. */
  isSequential: boolean;
  /** Whether the plan's least days are over, as a whole week: before that only harm ends it. */
  mayShip: boolean;
}

export interface GuardrailVerdict {
  name: string;
  verdict: "pass" | "fail" | "inconclusive";
}

export interface ArmVerdict {
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  guardrails: GuardrailVerdict[];
  /** One sentence for each metric that surely went the other way than the primary. */
  opposites: string[];
}

/**
 * Judges one arm. A sample-ratio mismatch blocks: the arms are no fair halves, so nothing else is read. Then harm: a guardrail
 * that surely lost more than is accepted, or a primary metric that surely fell, stops at any time. Ship needs the rule and
 * every guardrail surely within its loss; what is only unclear goes on until the plan's end, and ends inconclusive.
 */
export function judge(standing: Standing): ArmVerdict {
  const { primary, guardrails, others = [] } = standing;
  const judged = guardrails.map((one) => ({ name: one.name, verdict: judgeGuardrail(one) }));
  const opposites = [...guardrails, ...others].flatMap((other) => opposite(primary, other) ?? []);
  const { verdict, reason, follows } = decide(standing, judged);
  const aloud = follows && opposites[0] ? `; ${opposites[0]}, and the verdict follows ${follows}` : "";
  return { verdict, reason: `${reason}${aloud}`, guardrails: judged, opposites };
}

function judgeGuardrail({ lift, better, acceptedLoss }: Guardrail): GuardrailVerdict["verdict"] {
  const gain = gainOf({ lift, better });
  if (!gain) return "inconclusive";
  return gain.high < -acceptedLoss ? "fail" : gain.low > -acceptedLoss ? "pass" : "inconclusive";
}

interface Decided {
  verdict: Verdict;
  reason: string;
  /** The metric that decided. */
  follows?: string;
}

function decide(standing: Standing, judged: readonly GuardrailVerdict[]): Decided {
  const { primary, guardrails, rule, sampleRatio, isOver, isSequential, mayShip } = standing;
  if (sampleRatio.isMismatch) return { verdict: "inconclusive", reason: mismatch(sampleRatio) };
  if (!isOver && !isSequential) return { verdict: "go_on", reason: unclear(standing) };
  const harmed = guardrails.find((_, at) => judged[at]?.verdict === "fail");
  if (harmed) {
    const reason = `${inWords(harmed)}, surely more than the loss of ${percent(harmed.acceptedLoss)} that the plan accepts`;
    return { verdict: "stop", reason, follows: harmed.name };
  }
  const gain = gainOf(primary);
  const least = rule.ship === "better" ? 0 : -rule.acceptedLoss;
  if (gain && gain.high < least)
    return {
      verdict: "stop",
      reason: `${inWords(primary)}: surely worse than the control`,
      follows: primary.name,
    };
  if (!gain || gain.low <= least || !(isOver || mayShip))
    return { verdict: isOver ? "inconclusive" : "go_on", reason: unclear(standing) };
  const won = `${inWords(primary)}: surely ${rule.ship === "better" ? "better" : `within the accepted loss of ${percent(-least)}`}`;
  const open = judged.find(({ verdict }) => verdict !== "pass");
  if (!open) return { verdict: "ship", reason: `${won}, and every guardrail holds`, follows: primary.name };
  return isOver
    ? { verdict: "inconclusive", reason: `${won}, but ${open.name} is not surely within its accepted loss` }
    : { verdict: "go_on", reason: `${won}, but ${open.name} is not yet surely within its accepted loss` };
}

/** The lift turned so that up is better. */
function gainOf({ lift, better }: Pick<MetricResult, "lift" | "better">) {
  if (!lift) return undefined;
  return better === "up" ? { low: lift.low, high: lift.high } : { low: -lift.high, high: -lift.low };
}

function mismatch({ causes, ...found }: Standing["sampleRatio"]): string {
  const likely =
    causes.length === 0 ? "no cause is known yet" : `likely because ${causes.join(", and because ")}`;
  return `${sayMismatch(found)}, so nothing can be read from them; ${likely}`;
}

function unclear({ primary, leastEffect, isOver, isSequential, mayShip }: Standing): string {
  const gain = gainOf(primary);
  if (!gain) return `${primary.name}: too little was seen to tell anything`;
  if (!isOver && !isSequential) return `${inWords(primary)}; the plan looks once, at its end`;
  if (!isOver && !mayShip) return `${inWords(primary)}; the plan's least days are not over`;
  if (gain.high < leastEffect)
    return `${inWords(primary)}: surely less than the gain of ${percent(leastEffect)} that were worth having`;
  return `${inWords(primary)}: neither surely better nor surely worse`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
