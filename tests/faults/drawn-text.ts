/** All that is drawn for people out of text that others wrote, as functions of that text. */
import { drawMonitorChecks } from "../../cli/commands/incidents.ts";
import { drawReview } from "../../cli/print/report.ts";
import { drawRun, type ShownRun } from "../../cli/print/run.ts";
import { drawPairs, drawTable } from "../../cli/print/table.ts";
import type { MonitorCheck } from "../../core/api.ts";
import { drawDocument } from "../../report/document.ts";
import { exampleReport } from "../support/page-report.ts";
import { decisionOf, reviewOf } from "../support/page-review.ts";

/** Settings of a fixed list, digests and times: never anybody's words. */
const FIXED =
  /^(verdict|state|severity|unit|group|channel|change|kind|code|trigger|outcome|schemaVersion|at|asOf|.*(At|Digest))$/;
const DIGEST = "a".repeat(64);
const AT = "2026-11-25T03:00:00.000Z";
const NOW = new Date("2026-11-25T04:00:00Z");

export interface Drawing {
  name: string;
  /** `terminal`, or a file for browsers. */
  kind: "terminal" | "html";
  draw(text: string): string;
}

export const DRAWINGS: readonly Drawing[] = [
  { name: "review", kind: "terminal", draw: (text) => drawReview(fill(aReview(), text)) },
  { name: "run", kind: "terminal", draw: (text) => drawRun(fill(aRun(), text), fill(SET_ASIDE, text), NOW) },
  { name: "checks of a monitor", kind: "terminal", draw: (text) => drawMonitorChecks([fill(A_CHECK, text)]) },
  {
    name: "table",
    kind: "terminal",
    draw: (text) => drawTable([text, "b"], [[text, { text, style: "red" }]]),
  },
  { name: "pairs", kind: "terminal", draw: (text) => drawPairs([["name", text]]) },
  {
    name: "report",
    kind: "html",
    draw: (text) =>
      drawDocument({
        ...{ runId: text, choice: text, releaseDigest: DIGEST, reportDigest: DIGEST },
        report: fill(exampleReport("als"), text),
      }),
  },
];

/** The end of a log keeps its line ends, so they are left out of it. */
const OF_LINES = "logTail";

/** The same with `text` in the place of every text that somebody could have written. */
function fill<T>(value: T, text: string): T {
  if (Array.isArray(value))
    return value.map((part) => (typeof part === "string" ? text : fill(part, text))) as T;
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => {
    if (typeof part !== "string") return [key, fill(part, text)];
    if (key === OF_LINES) return [key, text.replaceAll("\n", "")];
    return [key, FIXED.test(key) ? part : text];
  });
  return Object.fromEntries(parts) as T;
}

function aReview() {
  return reviewOf({
    decisions: [decisionOf({ onBehalfOf: "roy", reason: "good" })],
    comments: [{ id: "1", checkId: "reach", by: "ann", text: "look here", at: AT }],
    mayNotDecideBecause: "you asked for this run",
  });
}

function aRun(): ShownRun {
  const step: Omit<ShownRun["steps"][number], "state" | "error" | "summary" | "progress"> = {
    ...{ name: "ingest:sales", after: [], skippable: true, attempt: 1, round: 1 },
    ...{ startedAt: AT, finishedAt: AT, rows: 1, reusedFromRun: "films-1" },
    kind: "ingest",
  };
  const words = { progress: "row 3", summary: "3 rows" };
  const error = { code: "InvalidInput", message: "no such file", logTail: "the last line" };
  return {
    ...{ id: "films-2", model: "films", state: "needs_attention", outcome: null, outcomeReason: "it failed" },
    ...{
      trigger: "person",
      startedBy: "erin",
      baselineOnly: false,
      asOf: AT,
      openedAt: AT,
      finishedAt: null,
    },
    ...{ workflowId: "run/films/2", definitionDigest: DIGEST },
    rollout: [],
    steps: [
      { ...step, ...words, state: "needs_attention", error },
      { ...step, ...words, state: "reused", error: null },
      { ...step, ...words, state: "running", summary: null, error: null },
    ],
  };
}

const SET_ASIDE = { count: 2, rows: [{ source: "sales", line: 3, reason: "no date", raw: "u,i,never" }] };
const A_CHECK: MonitorCheck = {
  ...{ id: "freshness", title: "Sales are fresh", verdict: "fail", value: "3 d", threshold: "1 d" },
  ...{ explanation: "late", cause: "source:sales" },
};
