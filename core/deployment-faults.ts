/** Forms of deployment that other settings contradict. */
import { findSourceFault, findTargetFault, parseBatchSource } from "./batch.ts";
import type { Definition } from "./definition.ts";
import type { StaticDeployment } from "./definition-deployment.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { findScheduleFaults } from "./schedule-faults.ts";
import { formatCount } from "./words.ts";

/** Items in all lists of a static file: some 30 MB, which a CDN and a phone still take. */
const MOST_ENTRIES = 2_000_000;

type Batch = Extract<NonNullable<Definition["deployment"]>, { kind: "batch" }>;

export function findDeploymentFaults(definition: Definition): Fault[] {
  const { deployment } = definition;
  if (!deployment || deployment.kind === "online") return [];
  return [
    ...shortLists(deployment.k, definition),
    ...(deployment.kind === "batch" ? batchFaults(deployment, definition) : []),
    ...(deployment.kind === "static" ? staticFaults(deployment) : []),
    ...notWritten(deployment.kind, definition),
  ];
}

/** What is decided for each request cannot be written down beforehand. */
function notWritten(kind: string, { exploration, filters, newItems }: Definition): Fault[] {
  if (kind !== "static" && kind !== "batch") return [];
  const what = kind === "static" ? "static file" : "table";
  const remedy = 'leave it out, or write deployment.kind "online" or "materialised"';
  const faults: Fault[] = [];
  const add = (path: string, problem: string) =>
    faults.push({ path: [path], problem: `${problem}; ${remedy}` });
  if (exploration)
    add("exploration", `draws at each answer and keeps how likely that was, which a ${what} cannot`);
  if (filters) add("filters", `is for who asks a server, and a ${what} is written before anybody asks`);
  if (newItems && kind === "static")
    add("newItems", "draws for each list anew, and a static file has one list for everybody");
  return faults;
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

function staticFaults({ k, similarItems = 0, countries = [] }: StaticDeployment): Fault[] {
  const faults: Fault[] = [];
  const twice = countries.find((one, at) => countries.indexOf(one) !== at);
  if (twice !== undefined)
    faults.push({ path: ["deployment", "countries"], problem: `names "${twice}" twice; name it once` });
  const entries = k * (similarItems + 1) * (countries.length + 1);
  if (entries > MOST_ENTRIES)
    faults.push({
      path: ["deployment"],
      problem: `its file would have up to ${formatCount(entries)} items in its lists, more than ${formatCount(MOST_ENTRIES)}; lower k, similarItems or the number of countries`,
    });
  return faults;
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
