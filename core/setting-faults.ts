/** Settings that fit the schema each for itself, but not each other. A rule is a function. */
import { findActionFaults } from "./action-faults.ts";
import { findAlertFaults } from "./alert-faults.ts";
import { findCalendarFaults } from "./calendar-faults.ts";
import type { Definition, Source } from "./definition.ts";
import { findDeploymentFaults } from "./deployment-faults.ts";
import { findDurationFaults } from "./duration-faults.ts";
import { findExperimentFaults } from "./experiment-faults.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { namesOfChecks } from "./inputs/delivery-checks.ts";
import { findQaFaults } from "./qa-faults.ts";
import { findReviewFaults } from "./review-faults.ts";
import { findRolloutFaults } from "./rollout-faults.ts";
import { findRuleFaults } from "./rule-faults.ts";
import { findScheduleFaults } from "./schedule-faults.ts";
import { findStatementFaults } from "./statement-faults.ts";

/** All faults between a definition's settings; the graph has rules of its own. */
export function findSettingFaults(definition: Definition): Fault[] {
  return [
    ...Object.entries(definition.sources).flatMap(([name, source]) =>
      [
        ...[unknownColumns, doubleKeys, optionalKeys, timesThatAreNone, reservedColumns, freshnessOfNothing],
        uncheckedNothing,
      ]
        .flatMap((rule) => rule(source))
        .map((fault) => ({ ...fault, path: ["sources", name, ...fault.path] })),
    ),
    ...findStatementFaults(definition),
    ...doubleReads(definition),
    ...findQaFaults(definition),
    ...findDurationFaults(definition),
    ...findReviewFaults(definition),
    ...findRolloutFaults(definition),
    ...findRuleFaults(definition),
    ...findDeploymentFaults(definition),
    ...findCalendarFaults(definition),
    ...findExperimentFaults(definition),
    ...findActionFaults(definition),
    ...findAlertFaults(definition),
    ...(definition.schedule ? findScheduleFaults(definition.schedule) : []),
  ];
}

function unknownColumns(source: Source): Fault[] {
  const known = Object.keys(source.columns);
  return columnSettings(source)
    .filter(({ column }) => !known.includes(column))
    .map(({ path, column }) => ({
      path,
      problem: `"${column}" is not a column of this source; known are ${quoteAll(known)}${didYouMean(column, known)}`,
    }));
}

function uncheckedNothing(source: Source): Fault[] {
  const known = namesOfChecks(source);
  return (source.unchecked ?? []).flatMap((name, index) =>
    known.includes(name)
      ? []
      : {
          path: ["unchecked", index],
          problem: `"${name}" is no check of this source; known are ${quoteAll(known)}${didYouMean(name, known)}`,
        },
  );
}

function doubleKeys(source: Source): Fault[] {
  return repeated(source.key).map(({ value, index }) => ({
    path: ["key", index],
    problem: `"${value}" is in the key already; name it once`,
  }));
}

/** A row without its key cannot be told from another; one that nobody could know never appears. */
function optionalKeys(source: Source): Fault[] {
  return columnSettings(source)
    .filter(({ path, column }) => path[0] !== "eventTime" && source.columns[column]?.optional)
    .map(({ path, column }) => ({
      path,
      problem: `"${column}" is an optional column; every row needs a value here, so remove its "optional"`,
    }));
}

function timesThatAreNone(source: Source): Fault[] {
  return columnSettings(source)
    .filter(({ path }) => path[0] !== "key")
    .flatMap(({ path, column }) => {
      const type = source.columns[column]?.type;
      if (!type || type === "timestamp" || type === "epoch_seconds") return [];
      const problem = `"${column}" is of type "${type}", not a time; give it the type "timestamp" or "epoch_seconds"`;
      return [{ path, problem }];
    });
}

/** Each table of PostgreSQL has these already. */
const SYSTEM_COLUMNS = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

function reservedColumns(source: Source): Fault[] {
  const remedy = 'choose another name and write the header in "from"';
  return Object.keys(source.columns).flatMap((column) => {
    const path = ["columns", column];
    if (column.startsWith("holt_"))
      return [{ path, problem: `"${column}" begins with holt_, as Holt's own columns do; ${remedy}` }];
    if (SYSTEM_COLUMNS.includes(column))
      return [{ path, problem: `"${column}" is a column that PostgreSQL keeps for itself; ${remedy}` }];
    return [];
  });
}

function freshnessOfNothing(source: Source): Fault[] {
  if (source.freshness?.measure !== "event_time" || source.eventTime) return [];
  const problem =
    '"event_time" needs a column that says when a row happened; name it in "eventTime", or measure "delivery"';
  return [{ path: ["freshness", "measure"], problem }];
}

function doubleReads({ steps }: Definition): Fault[] {
  return Object.entries(steps).flatMap(([name, step]) =>
    repeated("reads" in step ? step.reads : []).map(({ value, index }) => ({
      path: ["steps", name, "reads", index],
      problem: `"${value}" is in the list already; write it once`,
    })),
  );
}

function columnSettings({
  key,
  eventTime,
  knownTime,
}: Source): { path: (string | number)[]; column: string }[] {
  return [
    ...key.map((column, index) => ({ path: ["key", index], column })),
    ...(eventTime === undefined ? [] : [{ path: ["eventTime"], column: eventTime }]),
    ...(knownTime === undefined ? [] : [{ path: ["knownTime"], column: knownTime }]),
  ];
}

function repeated(values: readonly string[]): { value: string; index: number }[] {
  return values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => values.indexOf(value) !== index);
}
