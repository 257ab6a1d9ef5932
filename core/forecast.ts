/** What a run now would do again and what it would reuse, as far as that can be known before it runs. */
import { CHAMPION } from "./baseline.ts";
import { BASELINE, type Definition } from "./definition.ts";
import { canonicalJson } from "./json.ts";
import { usesAsOf } from "./sql-template.ts";
import type { GraphNode } from "./steps.ts";

/** The newest result of one step. */
export interface LastResult {
  runId: string;
  definition: Definition;
  /** The version that the run was judged against. */
  championVersion: number | null;
}

export interface ForecastFacts {
  definition: Definition;
  last: ReadonlyMap<string, LastResult>;
  /** The file of each source against the snapshots that are there. */
  files: ReadonlyMap<string, "known" | "new" | "missing">;
  liveVersion: number | null;
}

export interface Forecast {
  step: string;
  /** `run if changed`: it reads what steps before it left, and a run reuses it where that comes out as before. */
  will: "run" | "run if changed" | "be reused";
  why: string;
}

/** These go by what the steps before them left, by its digest, and not by how it came about. */
const BY_CONTENT: ReadonlySet<GraphNode["kind"]> = new Set(["train", "evaluate", "choose", "qa"]);

/** One forecast a step, in the graph's order. */
export function forecastSteps(nodes: readonly GraphNode[], facts: ForecastFacts): Forecast[] {
  const running = new Set<string>();
  return nodes.map((node) => {
    const why = whyRun(node, facts);
    const before = why === undefined ? node.after.filter((name) => running.has(name)) : [];
    if (why !== undefined || before.length > 0) running.add(node.name);
    if (before.length > 0) {
      const will = BY_CONTENT.has(node.kind) ? "run if changed" : "run";
      return { step: node.name, will, why: `it comes after ${before.join(", ")}` };
    }
    const earlier = facts.last.get(node.name)?.runId;
    return why
      ? { step: node.name, will: "run", why }
      : { step: node.name, will: "be reused", why: `nothing changed since run ${earlier}` };
  });
}

function whyRun(node: GraphNode, facts: ForecastFacts): string | undefined {
  if (node.kind === "review") return "a person decides each time";
  if (node.kind === "deploy") return "it goes by the decision";
  if (node.kind === "ingest") return whyIngest(node, facts);
  const last = facts.last.get(node.name);
  if (!last) return "it was never done";
  const settings = settingsOf(node, facts.definition);
  if (canonicalJson(settings) !== canonicalJson(settingsOf(node, last.definition)))
    return "its settings changed";
  if (asksForDate(settings)) return "it asks for the run's date, which is another each time";
  if (isAboutChampion(node) && last.championVersion !== facts.liveVersion) return "another version is live";
  return undefined;
}

/** A snapshot is known by its file's bytes and its source's settings, so this one is certain. */
function whyIngest(node: GraphNode, { definition, files, last }: ForecastFacts): string | undefined {
  const file = files.get(nameOf(node));
  if (file === "missing") return "its file isn't there, so it will fail";
  const earlier = last.get(node.name);
  if (!earlier) return "it was never done";
  if (file === "known") return undefined;
  const same =
    canonicalJson(settingsOf(node, definition)) === canonicalJson(settingsOf(node, earlier.definition));
  return same ? "its file changed" : "its settings changed";
}

/** The part of a definition that decides a step's result. */
function settingsOf(node: GraphNode, definition: Definition): unknown {
  const { sources, features, steps, candidates, evaluation, choose, interactions, items } = definition;
  const name = nameOf(node);
  switch (node.kind) {
    case "ingest":
      return { ...sources[name], freshness: undefined };
    case "feature":
      return { ...features[name], isInteractions: name === interactions, isItems: name === items };
    case "own_step":
      return { ...steps[name], skippable: undefined };
    case "split":
      return { interactions, items, holdoutShare: evaluation.holdoutShare };
    case "train":
      return name === BASELINE ? {} : candidates[name];
    case "evaluate":
      return { k: evaluation.k };
    case "choose":
      return { choose, k: evaluation.k, candidates: Object.keys(candidates) };
    case "qa":
      return { definition }; // the report is about a release, and that names the whole definition
    case "review":
    case "deploy":
      return {};
  }
}

function asksForDate(settings: unknown): boolean {
  const sql = (settings as { sql?: unknown } | undefined)?.sql;
  return typeof sql === "string" && usesAsOf(sql);
}

function isAboutChampion({ name, kind }: GraphNode): boolean {
  return name === `evaluate:${CHAMPION}` || kind === "choose" || kind === "qa";
}

function nameOf({ name }: GraphNode): string {
  return name.slice(name.indexOf(":") + 1);
}
