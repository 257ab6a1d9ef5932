import type { RunSummary, Step } from "../../core/api.ts";
import { formatDuration } from "../../core/duration.ts";
import type { Verdict } from "../../core/qa-report.ts";
import { formatShare as shareInWords } from "../../core/words.ts";
import type { Style } from "./style.ts";
import type { Cell } from "./table.ts";

/** A time of the API as a person reads it: `2026-11-24 03:00:00 UTC`; a dash when there is none. */
export function formatTime(time: string | null | undefined): string {
  return time ? `${time.slice(0, 19).replace("T", " ")} UTC` : "–";
}

/** The same to the minute, for tables that have little room. */
export function formatMinute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

/** A share as everywhere in Holt (core/words.ts); a dash when it can't be told. */
export function formatShare(share: number | null): string {
  return share === null ? "–" : shareInWords(share);
}

/** A metric between 0 and 1 with four digits; a dash when it can't be told. */
export function formatMetric(value: number | null): string {
  return value === null ? "–" : value.toFixed(4);
}

/** Bytes in megabytes of 10^6 bytes. */
export function formatSize(bytes: number | null): string {
  return bytes === null ? "–" : `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`;
}

const STEP_STYLES: Record<Step["state"], Style | undefined> = {
  waiting: "dim",
  running: "cyan",
  done: "green",
  reused: "green",
  skipped: "yellow",
  needs_attention: "red",
  cancelled: "yellow",
};
const STEP_MARKS: Record<Step["state"], string> = {
  waiting: "·",
  running: "…",
  done: "✓",
  reused: "✓",
  skipped: "–",
  needs_attention: "!",
  cancelled: "×",
};

/** A step's state with a mark, in its colour; the word says it all without either. */
export function stepState(step: Pick<Step, "kind" | "state">): Cell {
  if (waitsForPerson(step)) return { text: `… ${stateWords(step)}`, style: "yellow" };
  const text = `${STEP_MARKS[step.state]} ${stateWords(step)}`;
  const style = STEP_STYLES[step.state];
  return style ? { text, style } : text;
}

/** A step's state in words. */
export function stateWords(step: Pick<Step, "kind" | "state">): string {
  return waitsForPerson(step) ? "waiting for a person" : step.state.replaceAll("_", " ");
}

/** A review that is open runs nothing. */
function waitsForPerson({ kind, state }: Pick<Step, "kind" | "state">): boolean {
  return kind === "review" && state === "running";
}

/** What a step found, is doing, or failed with. */
export function stepWords(step: Step): string {
  if (step.error && step.state !== "done") return step.error.message;
  if (step.state === "reused") return `${step.summary ?? ""} (reused from ${step.reusedFromRun})`;
  return step.summary ?? step.progress ?? "";
}

/** How long a step took, or has taken at `now`. */
export function stepTime(
  { startedAt, finishedAt }: Pick<Step, "startedAt" | "finishedAt">,
  now: Date,
): string {
  if (!startedAt) return "";
  const end = finishedAt ? new Date(finishedAt) : now;
  return formatDuration(Math.max(0, end.getTime() - new Date(startedAt).getTime()));
}

/** A run's state, its outcome once it has ended, in words. */
export function runState({ state, outcome }: Pick<RunSummary, "state" | "outcome">): Cell {
  const text = (outcome ?? state).replaceAll("_", " ");
  if (outcome) return { text, style: outcome === "deployed" || outcome === "no_change" ? "green" : "red" };
  return { text, style: state === "running" ? "cyan" : "yellow" };
}

/** A verdict in its colour, with how many failed warnings a person has to weigh beside it. */
export function verdictCell(verdict: Verdict, toWeigh = 0): Cell {
  const passes = verdict === "pass" && toWeigh === 0;
  const style = passes ? "green" : verdict === "fail" ? "red" : "yellow";
  return { text: toWeigh > 0 ? `${verdict}, ${toWeigh} to weigh` : verdict, style };
}
