import type { RunSummary } from "../core/api.ts";

/** What a program learns from the command's end. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, waitingForPerson: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How a command ends that waited for a run: a run after which nothing had to change has not failed. */
export function exitCodeOfRun({ state, outcome }: Pick<RunSummary, "state" | "outcome">): ExitCode {
  if (state === "waiting_for_review" || state === "needs_attention") return EXIT.waitingForPerson;
  return outcome === "deployed" || outcome === "no_change" ? EXIT.done : EXIT.failed;
}
