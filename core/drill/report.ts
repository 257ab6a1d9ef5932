/** What a drill found: each trial, and by fault how many were caught, how soon, and whether the cause was named rightly. */
import { median } from "../inputs/robust.ts";
import type { DrillFault, FaultTarget } from "./faults.ts";

const DAY_MS = 86_400_000;

export interface DrillTrial extends FaultTarget {
  /** When the first delivery with the fault came, or failed to; ISO 8601. */
  since: string;
  /** Checks that failed at the first look that found something, and did not without the fault; none when it was missed. */
  caughtBy: string[];
  /** From `since` to that look, ms; null when it was missed. */
  afterMs: number | null;
  /** What the incident, or the step that stopped, names. */
  causes: string[];
  /** Nothing of it got past the ingest: the snapshots were as without the fault. */
  isHarmless: boolean;
}

export interface FalseAlarm {
  /** Of the look, ISO 8601. */
  at: string;
  cause: string;
  checks: string[];
}

export interface DrillReport {
  model: string;
  /** What was live, and asked for lists; null when nothing was. */
  version: number | null;
  seed: number;
  /** Days that were judged, and the first and last night of them. */
  days: number;
  from: string;
  to: string;
  trials: DrillTrial[];
  /** Faults for which the model has no data. */
  skipped: DrillFault[];
  /** Incidents that were opened on the clean days. */
  falseAlarms: FalseAlarm[];
  /** What today's history cannot show, and why. */
  limits: string[];
  durationMs: number;
}

export interface FaultSummary {
  fault: DrillFault;
  trials: number;
  caught: number;
  harmless: number;
  rightCause: number;
  /** Of those that were caught; null when none was. */
  medianMs: number | null;
  mostMs: number | null;
  /** Kinds of checks that found it (`volume`, `gap`), those that found it most often first. */
  by: string[];
  /** Where it was missed: `source` or `source.column`. */
  missed: string[];
}

/** By fault, in the order of the trials. */
export function summariseFaults(trials: readonly DrillTrial[]): FaultSummary[] {
  return [...Map.groupBy(trials, ({ fault }) => fault)].map(([fault, all]) => {
    const found = all.filter(isCaught);
    const times = found.map(({ afterMs }) => afterMs ?? 0);
    return {
      fault,
      trials: all.length,
      caught: found.length,
      harmless: all.filter(({ isHarmless }) => isHarmless).length,
      rightCause: found.filter(namesItsSource).length,
      medianMs: times.length === 0 ? null : median(times),
      mostMs: times.length === 0 ? null : Math.max(...times),
      by: commonestFirst(found.flatMap(({ caughtBy }) => [...new Set(caughtBy.map(kindOf))])),
      missed: [...new Set(all.filter((trial) => !isCaught(trial) && !trial.isHarmless).map(placeOf))].sort(),
    };
  });
}

function isCaught({ afterMs }: Pick<DrillTrial, "afterMs">): boolean {
  return afterMs !== null;
}

/** Whether what was named is the source that has the fault, and nothing else. */
function namesItsSource({ source, causes }: Pick<DrillTrial, "source" | "causes">): boolean {
  return causes.length > 0 && causes.every((cause) => cause === `source:${source}`);
}

/** `sales.price`, where a trial was injected. */
function placeOf({ source, column }: FaultTarget): string {
  return column === undefined ? source : `${source}.${column}`;
}

export interface GateRequest {
  /** Faults that must be caught. */
  atLeast: number;
  /** Days that it may take. */
  within: number;
}

/**
 * How many faults were caught in each of their trials within some days; a fault of which nothing got past the ingest in any
 * trial is none to catch.
 */
export function judgeGate(
  trials: readonly DrillTrial[],
  { atLeast, within }: GateRequest,
): { caught: number; of: number; isPassed: boolean } {
  const faults = [...Map.groupBy(trials, ({ fault }) => fault).values()]
    .map((all) => all.filter(({ isHarmless }) => !isHarmless))
    .filter((all) => all.length > 0);
  const inTime = ({ afterMs }: DrillTrial) => afterMs !== null && afterMs <= within * DAY_MS;
  const caught = faults.filter((all) => all.every(inTime)).length;
  return { caught, of: faults.length, isPassed: caught >= atLeast };
}

function kindOf(checkId: string): string {
  const [kind = "", what = ""] = checkId.split(":");
  return kind === "reach" ? `${kind}:${what}` : kind;
}

function commonestFirst(kinds: readonly string[]): string[] {
  const counts = Map.groupBy(kinds, (kind) => kind);
  return [...counts]
    .sort(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .map(([k]) => k);
}
