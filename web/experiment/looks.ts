import { pauseOf } from "../../core/experiment/pause.ts";
import type { ListedExperiment } from "../../core/experiment/report.ts";
import type { Look } from "../lib/words.ts";

/** How an experiment stands, and whether it waits for somebody. */
export function experimentLook(
  experiment: Pick<ListedExperiment["experiment"], "endedAt" | "pauses">,
  look: Pick<NonNullable<ListedExperiment["look"]>, "verdict"> | null,
  waitsFor: string | null,
): Look {
  if (pauseOf(experiment)) return { label: "Paused", tone: "warn", icon: "ring" };
  if (experiment.endedAt !== null) return { label: "Ended", tone: "quiet", icon: "check" };
  if (waitsFor !== null) return { label: "Waits for a person", tone: "person", icon: "person" };
  return look === null
    ? { label: "Begins", tone: "busy", icon: "busy" }
    : { label: "Running", tone: "busy", icon: "busy" };
}

export const GUARDRAIL_LOOKS = {
  pass: { label: "Holds", tone: "good", icon: "check" },
  fail: { label: "Broken", tone: "bad", icon: "cross" },
  inconclusive: { label: "Cannot tell yet", tone: "warn", icon: "question" },
} as const satisfies Record<string, Look>;
