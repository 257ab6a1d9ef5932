import { DRILL_FAULTS, type DrillFault } from "../../core/drill/faults.ts";
import {
  type DrillReport,
  type FaultSummary,
  type GateRequest,
  summariseFaults,
} from "../../core/drill/report.ts";
import { formatDuration } from "../../core/duration.ts";
import { plural } from "../../core/words.ts";
import { paint } from "./style.ts";
import { type Cell, drawTable } from "./table.ts";
import { wrap } from "./wrap.ts";

type Gate = GateRequest & { caught: number; of: number; isPassed: boolean };

/** A drill as a person reads it: what was done, the faults, false alarms, and what these days cannot show. */
export function drawDrill(report: DrillReport, gate?: Gate): string {
  const { model, version, days, seed, from, to } = report;
  const live = version === null ? "nothing is live" : `version ${version}`;
  const summaries = summariseFaults(report.trials);
  return [
    `${model} (${live}): ${plural(days, "night")} from ${from.slice(0, 10)} to ${to.slice(0, 10)}, seed ${seed}; took ${formatDuration(report.durationMs)}`,
    drawTable(
      ["fault", "caught", "median", "longest", "cause right", "by", "what it does"],
      summaries.map(faultRow),
    ),
    ...drawMissed(summaries),
    drawFalseAlarms(report),
    ...report.skipped.map((fault) =>
      wrap(`not tried: ${fault} (${DRILL_FAULTS[fault]}): the model has no such data`),
    ),
    ...report.limits.map((limit) => wrap(limit)),
    ...(gate ? [drawGate(gate)] : []),
  ].join("\n\n");
}

function faultRow({ fault, caught, trials, harmless, rightCause, by, ...times }: FaultSummary): Cell[] {
  const time = (ms: number | null) => (ms === null ? null : formatDuration(ms));
  const isAll = caught + harmless === trials;
  return [
    fault,
    {
      text: `${caught} of ${trials}${harmless > 0 ? `, ${harmless} harmless` : ""}`,
      style: isAll ? "green" : "red",
    },
    time(times.medianMs),
    time(times.mostMs),
    caught === 0 ? null : `${rightCause} of ${caught}`,
    by.join(", ") || null,
    DRILL_FAULTS[fault as DrillFault],
  ];
}

function drawMissed(summaries: readonly FaultSummary[]): string[] {
  const missed = summaries.filter((one) => one.missed.length > 0);
  if (missed.length === 0) return [];
  return [
    missed.map(({ fault, missed: places }) => wrap(`missed: ${fault} in ${places.join(", ")}`)).join("\n"),
  ];
}

function drawFalseAlarms({ falseAlarms, days }: DrillReport): string {
  const rate = `${((falseAlarms.length / days) * 100).toFixed(1)} in 100 days`;
  const lines = falseAlarms.map(
    ({ at, cause, checks }) => `  ${at.slice(0, 16).replace("T", " ")}  ${cause}: ${checks.join(", ")}`,
  );
  return [`false alarms on the ${plural(days, "clean day")}: ${falseAlarms.length} (${rate})`, ...lines].join(
    "\n",
  );
}

function drawGate({ atLeast, within, caught, of, isPassed }: Gate): string {
  const words = `gate: ${caught} of ${plural(of, "fault")} caught in each trial within ${plural(within, "day")}; at least ${atLeast} wanted`;
  return paint(isPassed ? "green" : "red", `${words}: ${isPassed ? "passed" : "failed"}`);
}
