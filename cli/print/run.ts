import type { RunDetail } from "../../core/api.ts";
import { commandLine } from "./command-name.ts";
import { drawSetAside, type SetAside } from "./set-aside.ts";
import { clean, paint } from "./style.ts";
import { drawTable } from "./table.ts";
import { formatTime, runState, stepState, stepTime, stepWords } from "./words.ts";

export type ShownRun = Omit<RunDetail, "temporalUrl">;

/** A run with its steps, the rows they set aside, the ends of their logs where they failed, and what a person can do now. */
export function drawRun(run: ShownRun, setAside: SetAside, now: Date): string {
  return [
    drawRunHead(run),
    "",
    drawSteps(run, now),
    ...drawSetAside(setAside),
    ...failedLogs(run),
    ...nextActions(run),
  ].join("\n");
}

/** One line that says which run, its state, and since when. */
export function drawRunHead(run: ShownRun): string {
  const state = runState(run);
  const word = typeof state === "object" && state !== null ? paint(state.style, state.text) : String(state);
  const by = run.startedBy ?? (run.trigger === "incident" ? "Holt, about an incident" : `the ${run.trigger}`);
  const reason = run.outcomeReason ? `: ${clean(run.outcomeReason)}` : "";
  return `run ${clean(run.id)}: ${word}${reason} (opened ${formatTime(run.openedAt)} by ${clean(by)}, as of ${formatTime(run.asOf)})`;
}

/** The steps as a table. */
export function drawSteps({ steps }: ShownRun, now: Date): string {
  return drawTable(
    ["step", "state", "time", "what"],
    steps.map((step) => [step.name, stepState(step), stepTime(step, now), stepWords(step)]),
  );
}

function failedLogs({ steps }: ShownRun): string[] {
  return steps.flatMap(({ name, error }) =>
    error?.logTail
      ? [
          "",
          `End of the log of ${clean(name)}:`,
          ...error.logTail.split("\n").map((line) => `  ${clean(line)}`),
        ]
      : [],
  );
}

/** What can be done about a run that waits for a person. */
export function nextActions({ id, state, steps, rollout }: ShownRun): string[] {
  if (state === "waiting_for_review")
    return ["", `It waits for a review: ${commandLine(`review show ${id}`)}`];
  if (rollout.some((stage) => stage.state === "held"))
    return ["", `Its rollout needs an answer: ${commandLine(`rollout ${id}`)}`];
  const failed = steps.filter((step) => step.state === "needs_attention");
  return failed.flatMap(({ name, skippable }) => [
    "",
    `${clean(name)} needs an answer:`,
    `  ${commandLine(`retry ${id} ${name}`)}`,
    ...(skippable ? [`  ${commandLine(`skip ${id} ${name}`)}`] : []),
    `  ${commandLine(`abort ${id} ${name}`)}`,
  ]);
}
