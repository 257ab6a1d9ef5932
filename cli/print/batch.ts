/** Batches for a terminal. */
import type { Batch, BatchSetAside } from "../../core/batch-api.ts";
import { formatCount, formatShare, plural } from "../../core/words.ts";
import { type Cell, drawPairs, drawTable } from "./table.ts";
import { formatMinute, formatTime } from "./words.ts";

const STATES: Record<Batch["state"], Cell> = {
  running: { text: "running", style: "cyan" },
  needs_attention: { text: "needs attention", style: "red" },
  done: { text: "done", style: "green" },
  cancelled: "cancelled",
  superseded: "superseded",
  failed: { text: "failed", style: "red" },
};

export function drawBatches(batches: readonly Batch[]): string {
  if (batches.length === 0) return "None.";
  return drawTable(
    ["batch", "state", "version", "from", "to", "scored", "started"],
    batches.map((one) => [
      ...[one.id, STATES[one.state], one.version, one.from, whereOf(one), one.rows.scored],
      formatMinute(one.startedAt),
    ]),
  );
}

/** One batch, with the first of the rows that it set aside. */
export function drawBatch(batch: Batch, setAside: readonly BatchSetAside[]): string {
  const { rows } = batch;
  const pairs: [string, Cell][] = [
    ["batch", batch.id],
    ["state", STATES[batch.state]],
    ...(batch.error ? [["why", batch.error.message] satisfies [string, Cell]] : []),
    ["version", `${batch.version}, release ${batch.releaseDigest.slice(0, 12)}`],
    ["from", batch.from],
    ["to", whereOf(batch)],
    ["rows read", rows.read],
    ["scored", `${formatCount(rows.scored)}, ${formatCount(rows.byPopularity)} of them by popularity`],
    ["set aside", `${formatCount(rows.setAside)}, ${formatShare(batch.maxBadRowShare)} of the rows at most`],
    ["rules as of", formatTime(batch.scoredAt)],
    ["started", `${formatTime(batch.startedAt)} by ${startedBy(batch)}`],
    ["ended", formatTime(batch.finishedAt)],
  ];
  const table = drawTable(
    ["line", "why it was set aside"],
    setAside.map(({ line, reason }) => [line, reason]),
  );
  const next = nextOf(batch);
  return [drawPairs(pairs), ...(setAside.length > 0 ? ["", table] : []), ...(next ? ["", next] : [])].join(
    "\n",
  );
}

/** A line for whoever waits. */
export function drawBatchProgress({ id, state, rows, scoredAt }: Batch): string {
  if (state === "running" && scoredAt === null) return `batch ${id}: its input is being read`;
  return `batch ${id}: ${state.replaceAll("_", " ")}, ${formatCount(rows.scored)} of ${plural(rows.read, "row")} scored`;
}

function whereOf({ view, to, file }: Batch): string {
  if (view) return view.isShown ? `${view.name} (shown now)` : view.name;
  return file ?? to;
}

function startedBy({ trigger, by }: Batch): string {
  if (trigger === "schedule") return "its schedule";
  return trigger === "deployment" ? `the flip${by === null ? "" : ` of ${by}`}` : (by ?? "somebody");
}

function nextOf({ id, state }: Batch): string | undefined {
  if (state === "needs_attention")
    return `Go on with "holt batch retry ${id}", or end it with "holt batch cancel ${id}"`;
  return undefined;
}
