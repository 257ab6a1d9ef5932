/** What competes for the slot: candidates of a run and today's champion, their gain and their cost. */
import type { Definition } from "./definition.ts";

/** What was measured of one candidate of this run. */
export interface Contender {
  name: string;
  artifactDigest: string;
  sizeBytes: number;
  trainSeconds: number;
  /** Median of one answer. */
  answerMs: number;
  /** The definition's metric; null when nobody could be judged. */
  value: number | null;
}

/** What is live today. `value` is null when it wasn't judged beside the candidates. */
export interface Champion {
  version: number;
  candidate: string;
  artifactDigest: string;
  answerMs: number | null;
  value: number | null;
  /** Its own definition has other rules, or another form of deployment, than the run's. */
  isShownOtherwise?: true;
}

export interface Choice {
  definition: Definition;
  baseline: Contender;
  /** Learned candidates; those whose steps were skipped are left out. */
  learned: readonly Contender[];
  champion: Champion | undefined;
}

/** Why a candidate may not go live however good it is. */
export interface Excess {
  limit: "trainSeconds" | "answerMs" | "sizeMb";
  value: number;
  atMost: number;
}

/** Relative gain over the baseline, 0.5 for half as much again; infinite over 0; undefined when it can't be told. */
export function gainOver(baseline: number | null, value: number | null): number | undefined {
  if (baseline === null || value === null) return undefined;
  if (baseline === 0) return value > 0 ? Number.POSITIVE_INFINITY : 0;
  return (value - baseline) / baseline;
}

/** Whether a gain is what the definition asks for. A gain of 0 never earns a learned model its upkeep. */
export function isWorthwhile(definition: Definition, gain: number | undefined): boolean {
  return gain !== undefined && gain > 0 && gain >= definition.choose.minGain;
}

/** The first cost limit that a candidate breaks; undefined when it keeps all. */
export function findExcess(definition: Definition, contender: Contender): Excess | undefined {
  const { maxTrainSeconds, maxAnswerMs } = definition.choose;
  const maxSizeMb = definition.candidates[contender.name]?.maxSizeMb;
  const costs: { limit: Excess["limit"]; value: number; atMost: number | undefined }[] = [
    { limit: "trainSeconds", value: contender.trainSeconds, atMost: maxTrainSeconds },
    { limit: "answerMs", value: contender.answerMs, atMost: maxAnswerMs },
    { limit: "sizeMb", value: contender.sizeBytes / 1e6, atMost: maxSizeMb },
  ];
  return costs.find((cost): cost is Excess => cost.atMost !== undefined && cost.value > cost.atMost);
}

/** The best by metric, then the smaller file, then the name; undefined when none was judged. */
export function findBest(contenders: readonly Contender[]): Contender | undefined {
  const judged = contenders.filter(({ value }) => value !== null);
  return judged.toSorted(
    (a, b) => (b.value ?? 0) - (a.value ?? 0) || a.sizeBytes - b.sizeBytes || (a.name < b.name ? -1 : 1),
  )[0];
}
