/** Actions that are well written, but would never be taken, or do harm by themselves. */
import type { Definition } from "./definition.ts";
import type { MonitorAction } from "./definition-actions.ts";
import { outside } from "./duration-faults.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { namesOfChecks } from "./inputs/delivery-checks.ts";
import { causeOfMissingItems, sourcesNamingItems } from "./sources-behind.ts";

const AFTER = { atMost: "30 d" };
const WITHIN = { atLeast: "1 h", atMost: "365 d" };

export function findActionFaults(definition: Definition): Fault[] {
  return Object.entries(definition.monitor.actions ?? {}).flatMap(([name, action]) =>
    [
      ...fitsAll(action),
      ...unknown("causes", action.causes, causesOf(definition)),
      ...unknown("checks", action.checks, checksOf(definition)),
      ...(action.after ? outside(["after"], action.after, AFTER) : []),
      ...outside(["atMost", "within"], action.atMost.within, WITHIN),
      ...undoneWrongly(action),
      ...nothingToFreeze(definition, action),
    ].map((fault) => ({ ...fault, path: ["monitor", "actions", name, ...fault.path] })),
  );
}

function fitsAll({ causes, checks }: MonitorAction): Fault[] {
  if (causes || checks) return [];
  const problem = `names neither "causes" nor "checks", so any incident would do; name what it is for`;
  return [{ path: [], problem }];
}

function unknown(setting: string, written: readonly string[] | undefined, known: readonly string[]): Fault[] {
  return (written ?? []).flatMap((name, at) =>
    known.includes(name) || isOfVersion(name)
      ? []
      : {
          path: [setting, at],
          problem: `"${name}" is none that this model's incidents can have; known are ${quoteAll(known)}${didYouMean(name, known)}`,
        },
  );
}

/** Files and batches are called as their operator calls them. */
function isOfVersion(name: string): boolean {
  return /^(deployment:\d+|(file|batch):.+)$/.test(name);
}

function causesOf(definition: Definition): string[] {
  const { sources, schedule, items } = definition;
  return [
    ...["source", ...Object.keys(sources).map((source) => `source:${source}`)],
    ...(schedule ? ["schedule"] : []),
    // an items table of several sources, which lacks what others name
    ...(causeOfMissingItems(definition).startsWith("feature:") ? ["feature", `feature:${items}`] : []),
    ...["deployment", "file", "batch"],
  ];
}

/** The ids that the monitor's checks have, and their kinds; a promise that nobody gave is never broken. */
function checksOf(definition: Definition): string[] {
  const { sources, schedule } = definition;
  const ids = [
    ...Object.entries(sources).flatMap(([source, defined]) => [
      ...(defined.freshness ? [`freshness:${source}`] : []),
      ...namesOfChecks(defined)
        .filter((check) => !defined.unchecked?.includes(check))
        .map((check) => idOf(check, source)),
    ]),
    ...sourcesNamingItems(definition).map((source) => `gap:${source}`),
    ...(schedule ? ["schedule"] : []),
    ...["servers", "reach:people", "reach:items", "scores", "lists", "file", "batch"],
  ];
  return [...new Set(ids.flatMap(beginningsOf))];
}

/** `nulls`, `nulls:titles` and `nulls:titles:genre` of the last. */
function beginningsOf(id: string): string[] {
  const parts = id.split(":");
  return parts.map((_, at) => parts.slice(0, at + 1).join(":"));
}

/** `volume` of a source is `volume:titles`, `nulls:genre` is `nulls:titles:genre`. */
function idOf(check: string, source: string): string {
  const [kind, ...column] = check.split(":");
  return [kind, source, ...column].join(":");
}

function undoneWrongly(action: MonitorAction): Fault[] {
  if (action.undo === "automatic" && action.do === "roll_back")
    return [
      {
        path: ["undo"],
        problem: `"automatic" is not for a rollback: what is live no more cannot be seen to be well again; write "confirm", or leave it out`,
      },
    ];
  if (action.undo !== undefined && action.do === "retrain")
    return [{ path: ["undo"], problem: "is not for a run, which is not undone; leave it out" }];
  return [];
}

function nothingToFreeze({ schedule }: Definition, action: MonitorAction): Fault[] {
  if (schedule || action.do !== "freeze_retraining") return [];
  const problem = `"freeze_retraining" holds scheduled runs, and there is no "schedule"; write one, or take the action away`;
  return [{ path: ["do"], problem }];
}
