/** What the monitor asks of what a live version left outside of the servers: files, tables, lists. */
import type { MonitorCheck } from "./api.ts";
import { formatDuration } from "./duration.ts";

/** Workers look each second, and change a file within 2 s; what is wrong for longer is no hiccup of a disk. */
const FILE_WITHIN_MS = 10_000;
/** They note each 10 s that they looked. */
const LOOKED_WITHIN_MS = 60_000;

/** What is said of a file that somebody took away: nobody fetches it, so it is kept no more. */
export const REMOVED_FILE = "was removed, so it is kept no more";

export interface KeptFile {
  /** Below the operator's folder. */
  path: string;
  version: number;
  /** Why it isn't what it should be, and since when; null when it is. */
  problem: string | null;
  problemSince: Date | null;
  /** When a worker looked at it last. */
  checkedAt: Date;
}

/** Whether a static file follows what is live. @param at by the clock of its times */
export function checkStaticFile(file: KeptFile, at: Date): MonitorCheck {
  const { path, version, problem, checkedAt } = file;
  const base = {
    id: `file:${path}`,
    title: `Static file "${path}" is kept up to date`,
    threshold: "within 10 s",
    cause: `file:${path}`,
  };
  const since = (from: Date) => formatDuration(Math.max(0, at.getTime() - from.getTime()));
  if (problem === REMOVED_FILE)
    return {
      ...base,
      verdict: "pass",
      value: "removed",
      explanation: `Static file "${path}" of an earlier version ${problem}.`,
    };
  if (at.getTime() - checkedAt.getTime() > LOOKED_WITHIN_MS)
    return {
      ...base,
      verdict: "fail",
      value: `not looked at for ${since(checkedAt)}`,
      explanation: `Static file "${path}" of version ${version} has not been looked at for ${since(checkedAt)}, so bans and flips of that time are not in it; start a worker that has HOLT_STATIC_FOLDER and reaches PostgreSQL, or see its log.`,
    };
  const from = file.problemSince ?? checkedAt;
  const isLong = problem !== null && at.getTime() - from.getTime() > FILE_WITHIN_MS;
  if (!isLong)
    return {
      ...base,
      verdict: "pass",
      value: "up to date",
      explanation: `Static file "${path}" says what is live, version ${version}, as of ${since(checkedAt)} ago.`,
    };
  return {
    ...base,
    verdict: "fail",
    value: `wrong for ${since(from)}`,
    explanation: `Static file "${path}" of version ${version} has not been kept up to date for ${since(from)}: ${problem}.`,
  };
}

export interface KeptTable {
  batchId: string;
  target: string;
  version: number;
  /** What stands in its row. */
  state: string;
  error: string | null;
}

/** Whether the newest batch of the live version's definition came to its end. */
export function checkBatch({ batchId, target, version, state, error }: KeptTable): MonitorCheck {
  const base = {
    id: `batch:${target}`,
    title: `"${target}" is scored by the live version`,
    threshold: "without a person",
    cause: `batch:${target}`,
  };
  if (state !== "needs_attention" && state !== "failed")
    return {
      ...base,
      verdict: "pass",
      value: state,
      explanation: `Batch "${batchId}" scores "${target}" by version ${version}: ${state.replaceAll("_", " ")}.`,
    };
  const remedy =
    state === "failed"
      ? "start another with holt batch"
      : `mend it, then let it go on with holt batch retry ${batchId}`;
  return {
    ...base,
    verdict: "fail",
    value: state.replaceAll("_", " "),
    explanation: `"${target}" still shows older lists, since batch "${batchId}" of version ${version} stands still: ${error ?? "its workflow is gone"}; ${remedy}.`,
  };
}

/** Whether people's lists of the live version are where servers look them up. */
export function checkLists(model: string, version: number, isThere: boolean): MonitorCheck {
  return {
    id: "lists",
    title: "People's lists are in the database",
    verdict: isThere ? "pass" : "fail",
    value: isThere ? "there" : "gone",
    threshold: "there",
    explanation: isThere
      ? `The lists of version ${version} are in the database.`
      : `The lists of version ${version} are not in the database any more, so everybody gets the popularity list; restore table lists.${model}_${version}, go back to another version, or run the model again.`,
    cause: `deployment:${version}`,
  };
}
