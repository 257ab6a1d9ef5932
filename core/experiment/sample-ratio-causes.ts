/** Where to look first when the arms do not hold their shares: what else differs between them. */
import { newcombeInterval } from "../proportion.ts";
import { normalQuantile } from "./normal.ts";

/** Of one arm, counted on the servers. What nobody counted is left out, and then no cause is named from it. */
export interface ArmDiagnostics {
  arm: string;
  /** Answers given in this arm. */
  answers: number;
  /** Of these, where the popularity list stood in for the arm's own model. */
  fallbacks?: number;
  /** Of these, given from a cache or revalidated without a new answer, so that no exposure was recorded. */
  cached?: number;
  /** Of these, to clients that the bot rule knows. */
  bots?: number;
  /** Answers that failed, or that the arm's servers gave no more after a crash. */
  errors?: number;
}

export interface LikelyCause {
  kind: (typeof KINDS)[number];
  arm: string;
  /** A clause: "the fallback answered 4.1 % in arm B and 0.2 % in arm A". */
  text: string;
}

const KINDS = ["errors", "fallbacks", "cached", "bots"] as const;
const WORDS: Record<(typeof KINDS)[number], string> = {
  errors: "answers failed, or servers crashed, in",
  fallbacks: "the fallback answered",
  cached: "a cache answered",
  bots: "bots got",
};
/** A difference that chance makes in one of 10,000 comparisons is no lead. */
const Z = normalQuantile(1 - 0.0001 / 2);
/** Nor is one too small to move the shares. */
const LEAST_DIFFERENCE = 0.001;

/**
 * What surely differs between an arm and the control, the largest difference first. A lead, not a proof: shares of answers
 * are compared as if each were of another person, so a difference by chance is a little more likely than it says.
 */
export function likelyCauses(control: ArmDiagnostics, arms: readonly ArmDiagnostics[]): LikelyCause[] {
  return arms
    .flatMap((arm) => KINDS.flatMap((kind) => compare(kind, control, arm) ?? []))
    .sort((a, b) => b.difference - a.difference)
    .map(({ difference: _, ...cause }) => cause);
}

function compare(kind: (typeof KINDS)[number], control: ArmDiagnostics, arm: ArmDiagnostics) {
  const [before, now] = [control[kind], arm[kind]];
  if (before === undefined || now === undefined || control.answers === 0 || arm.answers === 0)
    return undefined;
  const { low, high } = newcombeInterval([now, arm.answers], [before, control.answers], Z);
  const difference = Math.abs(now / arm.answers - before / control.answers);
  if ((low <= 0 && high >= 0) || difference < LEAST_DIFFERENCE) return undefined;
  const share = (count: number, of: number) => `${Number(((100 * count) / of).toPrecision(2))} %`;
  const text = `${WORDS[kind]} ${share(now, arm.answers)} in arm ${arm.arm} and ${share(before, control.answers)} in arm ${control.arm}`;
  return { kind, arm: arm.arm, text, difference };
}
