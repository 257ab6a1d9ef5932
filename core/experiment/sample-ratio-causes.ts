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
  /** What servers counted as they gave it: how many, whose exposure came, and whose they could not keep. */
  given?: { answers: number; recorded: number; notKept: number } | undefined;
}

export interface LikelyCause {
  kind: (typeof KINDS)[number];
  arm: string;
  /** A clause: "the fallback answered 4.1 % in arm B and 0.2 % in arm A". */
  text: string;
}

const KINDS = ["errors", "fallbacks", "cached", "bots", "not_kept", "not_stored"] as const;
const WORDS: Record<(typeof KINDS)[number], string> = {
  errors: "answers failed, or servers crashed, in",
  fallbacks: "the fallback answered",
  cached: "a cache answered",
  bots: "bots got",
  not_kept: "servers could not keep (a full or hanging disk, see notRecorded of /readyz) the exposures of",
  not_stored:
    "what servers kept never came to PostgreSQL (set aside, see setAside of /readyz, or gone with a server's disk) for",
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
  const [before, now] = [countOf(kind, control), countOf(kind, arm)];
  if (!before || !now || before.of === 0 || now.of === 0) return undefined;
  const { low, high } = newcombeInterval([now.count, now.of], [before.count, before.of], Z);
  const difference = Math.abs(now.count / now.of - before.count / before.of);
  if ((low <= 0 && high >= 0) || difference < LEAST_DIFFERENCE) return undefined;
  const share = (count: number, of: number) => `${Number(((100 * count) / of).toPrecision(2))} %`;
  const text = `${WORDS[kind]} ${share(now.count, now.of)} in arm ${arm.arm} and ${share(before.count, before.of)} in arm ${control.arm}`;
  return { kind, arm: arm.arm, text, difference };
}

/** Undefined where nobody counted. */
function countOf(kind: (typeof KINDS)[number], { answers, given, ...arm }: ArmDiagnostics) {
  if (kind === "not_kept") return given && { count: given.notKept, of: given.answers };
  if (kind === "not_stored")
    return given && { count: Math.max(0, given.answers - given.recorded - given.notKept), of: given.answers };
  const count = arm[kind];
  return count === undefined ? undefined : { count, of: answers };
}
