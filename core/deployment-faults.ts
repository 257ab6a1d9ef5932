/** Forms of deployment that other settings contradict. */
import { findSourceFault, findTargetFault, parseBatchSource } from "./batch.ts";
import type { Definition } from "./definition.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { findScheduleFaults } from "./schedule-faults.ts";

type Batch = Extract<NonNullable<Definition["deployment"]>, { kind: "batch" }>;

export function findDeploymentFaults(definition: Definition): Fault[] {
  const { deployment } = definition;
  if (deployment?.kind !== "materialised" && deployment?.kind !== "batch") return [];
  return [
    ...shortLists(deployment.k, definition),
    ...(deployment.kind === "batch" ? batchFaults(deployment, definition) : []),
  ];
}

function shortLists(k: number, { evaluation }: Definition): Fault[] {
  if (k >= evaluation.k) return [];
  return [
    {
      path: ["deployment", "k"],
      problem: `${k} is less than evaluation.k (${evaluation.k}), so people would be shown shorter lists than were judged; write ${evaluation.k} or more`,
    },
  ];
}

function batchFaults({ from, to, schedule }: Batch, definition: Definition): Fault[] {
  const faults: Fault[] = [];
  const add = (setting: string, problem: string | undefined) => {
    if (problem) faults.push({ path: ["deployment", setting], problem });
  };
  add("from", findSourceFault(from) ?? unknownTable(from, definition));
  add("to", findTargetFault(to));
  for (const { path, problem } of schedule ? findScheduleFaults(schedule) : [])
    faults.push({ path: ["deployment", ...path], problem });
  return faults;
}

function unknownTable(from: string, { sources, features }: Definition): string | undefined {
  const source = parseBatchSource(from);
  const known = [...Object.keys(sources), ...Object.keys(features)];
  if (source.kind !== "own" || known.includes(source.name)) return undefined;
  return `"${from}" is no source or feature table here; known are ${quoteAll(known)}${didYouMean(from, known)}`;
}
