import type { Decision, ReviewDetail } from "../../core/api.ts";
import { BASELINE } from "../../core/baseline.ts";
import { OFF_POLICY_TITLE } from "../../core/off-policy-words.ts";
import type { Check, Preview, QaReport } from "../../core/qa-report.ts";
import { toLookAt } from "../../core/report-words.ts";
import { placedBy, tellTaken } from "../../core/rule-words.ts";
import { drawChecks, type ShownCheck } from "./checks.ts";
import { commandLine } from "./command-name.ts";
import { clean, paint } from "./style.ts";
import { drawPairs, drawTable } from "./table.ts";
import { formatMetric, formatShare, formatSize, formatTime } from "./words.ts";
import { terminalWidth, wrap } from "./wrap.ts";

const LONGEST_TITLE = 40;
/** Shorter ones tell nobody anything. */
const SHORTEST_TITLE = 12;
const WIDEST_RANK = 3;

/** A review for whoever looks; with a token also what they may do with it. */
type ShownReview = Omit<ReviewDetail, "mayDecide" | "mayNotDecideBecause" | "mayComment"> &
  Partial<Pick<ReviewDetail, "mayNotDecideBecause">>;

/** A review as text: what is to be decided, the figures, the checks, the shelves, and how to decide. */
export function drawReview(review: ShownReview): string {
  const { report } = review;
  return [
    paint("bold", `${clean(report.model)}: ${clean(report.candidate)}`),
    wrap(clean(report.headline)),
    "",
    drawPairs([
      ["run", review.runId],
      ["state", describeState(review)],
      ...review.decisions.map((decision): [string, string] => ["", describeDecision(decision)]),
      ...review.askedBefore.map(({ by, at, reason }): [string, string] => [
        "asked before",
        `by ${clean(by)} ${formatTime(at)}: ${clean(reason)}`,
      ]),
      ...review.answeredByNoChange.map(({ runId, reason }): [string, string] => [
        "looked again",
        `run ${clean(runId)} changed nothing: ${clean(reason)}`,
      ]),
      ...review.openIncidents.map(({ id, title }): [string, string] => [
        "open incident",
        `${id}: ${clean(title)}`,
      ]),
      ...describeImport(review.importedFrom),
      ["chosen because", review.choice],
      ["opened", formatTime(review.openedAt)],
      ["expires", formatTime(review.expiresAt)],
      ["release", review.releaseDigest],
      ["report", review.reportDigest],
    ]),
    "",
    drawMetrics(report),
    paint(
      "dim",
      wrap(
        "Figures: lists of the people measured, by choices kept from the training. Checks: everybody's list.",
      ),
    ),
    ...drawOffPolicy(report),
    "",
    drawChecks([...toLookAt(report), ...report.checks.filter(isPassed)].map(showCheck), "severity"),
    ...drawRules(report),
    ...report.previews.flatMap((preview) => ["", drawPreview(preview, report.candidate)]),
    ...drawComments(review.comments),
    ...(review.state === "open" || review.state === "changes_requested" ? ["", howToDecide(review)] : []),
  ].join("\n");
}

function isPassed({ verdict }: Check): boolean {
  return verdict === "pass";
}

function describeState({ state, approvals, approvalsNeeded, supersededBy }: ShownReview): string {
  const words = state.replaceAll("_", " ");
  if (state === "superseded") return `${words} by run ${supersededBy}`;
  const count = `${approvals} of ${approvalsNeeded} approvals`;
  return state === "open" || state === "changes_requested" ? `${words}, ${count}` : words;
}

function describeDecision({ verdict, by, onBehalfOf, channel, override, reason, at }: Decision): string {
  const done = { approve: "approved", reject: "rejected", ask: "changes asked for" }[verdict];
  const place = onBehalfOf ? ` in the place of ${clean(onBehalfOf)}` : "";
  const over = override ? ", over a failed check" : "";
  const why = reason ? `: ${clean(reason)}` : "";
  return `${done} by ${clean(by)}${place}${over} (${channel}) ${formatTime(at)}${why}`;
}

/** Where it comes from and what was said there, which decides nothing here. */
function describeImport(from: ReviewDetail["importedFrom"]): [string, string][] {
  if (!from) return [];
  const signed = from.isSigned ? "" : "; NOT what its key signed, so do not go by it";
  return [
    [
      "imported from",
      `${from.environment}, run ${clean(from.runId)} there, by ${clean(from.importedBy)} ${formatTime(from.importedAt)}${signed}`,
    ],
    ...from.decisions.map((decision): [string, string] => [
      "",
      `there ${describeDecision({ ...decision, id: "", seen: null, channel: from.environment as Decision["channel"] })}`,
    ]),
    ["", "figures and shelves are of the data there, and beside what was live there"],
  ];
}

function drawComments(comments: ReviewDetail["comments"]): string[] {
  if (comments.length === 0) return [];
  const lines = comments.map(
    ({ by, checkId, text, at }) =>
      `  ${wrap(`${clean(by)}, ${formatTime(at)}${checkId ? ` on ${clean(checkId)}` : ""}: ${clean(text)}`, 4)}`,
  );
  return ["", paint("bold", "Comments"), ...lines];
}

/** Every candidate's figures, and the live version's. */
export function drawMetrics({ metrics, k }: QaReport): string {
  return drawTable(
    ["candidate", `NDCG@${k}`, `recall@${k}`, `coverage@${k}`, "people", "size"],
    metrics.map((row) => [
      row.subject,
      formatMetric(row.ndcg),
      formatMetric(row.recall),
      formatShare(row.coverage),
      row.people,
      formatSize(row.sizeBytes),
    ]),
  );
}

function showCheck(check: Check): ShownCheck {
  return {
    verdict: check.verdict,
    isToWeigh: check.verdict === "fail" && check.severity === "warn",
    title: check.title,
    found: formatValue(check.value, check.unit),
    wanted: formatValue(check.threshold, check.unit),
    aside: check.severity,
    explanation:
      check.examples.length > 0 ? `${check.explanation} (${check.examples.join(", ")})` : check.explanation,
  };
}

function formatValue(value: number | null, unit: Check["unit"]): string {
  if (unit === "share") return formatShare(value);
  return value === null ? "–" : value.toLocaleString("en-US");
}

/** One person's shelf: what they liked, and each list beside the other. */
function drawPreview(preview: Preview, name: string): string {
  const { user, history, candidate, baseline, champion, taken = [], rulesUnmet = [] } = preview;
  const columns: [string, Shown[]][] = [
    ["history", history],
    [name, candidate],
    ...(name === BASELINE ? [] : [[BASELINE, baseline] as [string, Shown[]]]),
    ...(champion ? [["live today", champion] as [string, Shown[]]] : []),
  ];
  const room = roomFor(columns.length, terminalWidth());
  const length = Math.max(...columns.map(([, shelf]) => shelf.length));
  const rows = Array.from({ length }, (_, rank) => [
    rank + 1,
    ...columns.map(([, shelf]) => shorten(`${shelf[rank]?.title ?? ""}${signOf(shelf[rank])}`, room)),
  ]);
  const notes = [
    ...(taken.length > 0 ? [`taken away by rules: ${clean(tellTaken(taken))}`] : []),
    ...(rulesUnmet.length > 0 ? [`too few items for the rules: ${rulesUnmet.map(clean).join(", ")}`] : []),
    ...candidate.flatMap((item, rank) => {
      const placed = placedBy(item);
      return placed === "" ? [] : [`* place ${rank + 1}: ${clean(placed)}`];
    }),
  ].map((note) => `\n${paint("dim", wrap(note, 2))}`);
  const headings = ["", ...columns.map(([heading]) => shorten(heading, room))];
  return `${paint("bold", `Shelf of ${clean(user)}`)}\n${drawTable(headings, rows)}${notes.join("")}`;
}

/** The shelves' items are those of the candidate and others; a history's have neither rule nor filling. */
function signOf(item: Shown | undefined): string {
  return item && placedBy(item) !== "" ? " *" : "";
}

type Shown = Preview["history"][number] & Partial<Pick<Preview["candidate"][number], "rule" | "filled">>;

/** What the candidate would have earned; nothing where nothing was explored. */
function drawOffPolicy({ offPolicy }: QaReport): string[] {
  return offPolicy ? ["", paint("bold", OFF_POLICY_TITLE), wrap(clean(offPolicy.explanation))] : [];
}

/** The definition's editorial rules; nothing where it names none. */
function drawRules({ rules = [] }: QaReport): string[] {
  if (rules.length === 0) return [];
  const lines = rules.map(({ name, says }) => `  ${wrap(`${clean(says)} (${clean(name)})`, 4)}`);
  return ["", paint("bold", "Editorial rules, part of the release; all lists are after them"), ...lines];
}

/** Shelves stand side by side in a terminal, so a title has its share of it. */
function roomFor(shelves: number, width: number): number {
  const share = Math.floor((width - WIDEST_RANK) / shelves) - 2;
  return Math.max(SHORTEST_TITLE, Math.min(LONGEST_TITLE, share));
}

function shorten(title: string, room: number): string {
  return title.length <= room ? title : `${title.slice(0, room - 1)}…`;
}

function howToDecide({ runId, needsOverride, mayNotDecideBecause }: ShownReview): string {
  if (mayNotDecideBecause) return wrap(clean(mayNotDecideBecause));
  const override = needsOverride ? ' --override --reason "…"' : "";
  return [
    `Decide with: ${commandLine(`review approve ${runId}${override}`)}`,
    `         or: ${commandLine(`review reject ${runId} --reason "…"`)}`,
    `   Ask with: ${commandLine(`review ask ${runId} --reason "…"`)}`,
  ].join("\n");
}
