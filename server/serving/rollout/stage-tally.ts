import { latencyBucket } from "../../../core/latency.ts";
import { type ArmCounts, noCounts } from "../../../core/rollout-judge.ts";
import type { Arm, StageCounts } from "../../../db/servers.ts";

/** One answer, as far as it is counted. */
export interface Counted {
  /** From the history to the list, in milliseconds. */
  ms: number;
  /** The version's model failed, or rested. */
  failed: boolean;
  /** The popularity list answered. */
  fallback: boolean;
}

/** Counts what this server's answers were in one stage of a rollout. */
export class StageTally {
  readonly #of: { runId: string; stage: number };
  readonly #arms = new Map<Arm, ArmCounts>();

  constructor({ runId, stage }: { runId: string; stage: number }) {
    this.#of = { runId, stage };
  }

  count(arm: Arm, { ms, failed, fallback }: Counted): void {
    const counts = this.#countsOf(arm);
    counts.requests++;
    if (failed) counts.errors++;
    if (fallback) counts.fallbacks++;
    const bucket = latencyBucket(ms * 1_000);
    counts.latency[bucket] = (counts.latency[bucket] ?? 0) + 1;
  }

  /** @param agreement share of the live version's list that the new one's has too */
  compare(agreement: number): void {
    const counts = this.#countsOf("shadow");
    counts.compared++;
    counts.agreement += agreement;
  }

  counts(): StageCounts[] {
    return [...this.#arms].map(([arm, counts]) => ({ ...this.#of, arm, ...counts }));
  }

  #countsOf(arm: Arm): ArmCounts {
    const counts = this.#arms.get(arm) ?? noCounts();
    this.#arms.set(arm, counts);
    return counts;
  }
}
