/** The step graph of a definition: which steps a run has, and what each comes after. */
import { BASELINE, type Definition } from "./definition.ts";
import { InvalidInput } from "./errors.ts";
import { describeFault } from "./faults.ts";
import { findGraphFaults } from "./graph-faults.ts";
import { readsOfQa } from "./qa-queries.ts";
import { readsOfFeature, readsOfOwnStep } from "./reads.ts";
import type { GraphNode } from "./steps.ts";

export interface GraphSettings {
  /** Only the popularity list is trained. */
  baselineOnly: boolean;
  /** Something is live, so it is judged beside the candidates. */
  hasChampion: boolean;
}

/**
 * All steps of one run, each after what it reads; of those that could come next, the one written first comes first.
 * @throws {InvalidInput} the definition's graph has faults
 */
export function planGraph(definition: Definition, settings: GraphSettings): GraphNode[] {
  const faults = checkGraph(definition);
  if (faults.length > 0) throw new InvalidInput(faults.join("\n"));
  return inOrder([...dataNodes(definition), ...modelNodes(definition, settings)]);
}

/** What is wrong with the graph, each as `place: value, what is wrong; remedy`; empty when nothing is. */
export function checkGraph(definition: Definition): string[] {
  return findGraphFaults(definition).map(describeFault);
}

function dataNodes(definition: Definition): GraphNode[] {
  const stepOf = (name: string) => stepThatMakes(definition, name);
  return [
    ...Object.keys(definition.sources).map((name) => node("ingest", `ingest:${name}`, [])),
    ...Object.entries(definition.features).map(([name, feature]) =>
      node("feature", `feature:${name}`, readsOfFeature(feature).map(stepOf)),
    ),
    ...Object.entries(definition.steps).map(([name, own]) =>
      node("own_step", `step:${name}`, readsOfOwnStep(own).map(stepOf), own.skippable),
    ),
  ];
}

function modelNodes(definition: Definition, { baselineOnly, hasChampion }: GraphSettings): GraphNode[] {
  const learned = baselineOnly ? [] : Object.keys(definition.candidates);
  const candidates = [BASELINE, ...learned];
  const evaluations = [
    ...candidates.map((name) =>
      node("evaluate", `evaluate:${name}`, [`train:${name}`], learned.includes(name)),
    ),
    ...(hasChampion ? [node("evaluate", "evaluate:champion", ["split"], true)] : []),
  ];
  // A data test that fails must stop the road, so choosing waits for every own step.
  const ownSteps = Object.keys(definition.steps).map((name) => `step:${name}`);
  return [
    node("split", "split", [`feature:${definition.interactions}`, `feature:${definition.items}`]),
    ...candidates.map((name) => node("train", `train:${name}`, ["split"], learned.includes(name))),
    ...evaluations,
    node("choose", "choose", [...evaluations.map(({ name }) => name), ...ownSteps]),
    node("qa", "qa", ["choose", ...tablesOfQa(definition)]),
    node("review", "review", ["qa"]),
    node("deploy", "deploy", ["review"]),
  ];
}

/** What only QA reads, so that it waits for it; the rest is done before `choose` anyway. */
function tablesOfQa(definition: Definition): string[] {
  const done = new Set<string>();
  const visit = (name: string) => {
    if (done.has(name)) return;
    done.add(name);
    const feature = definition.features[name];
    if (feature) readsOfFeature(feature).forEach(visit);
  };
  [definition.interactions, definition.items].forEach(visit);
  return readsOfQa(definition)
    .filter((name) => !done.has(name))
    .map((name) => stepThatMakes(definition, name));
}

function stepThatMakes({ sources }: Definition, name: string): string {
  return Object.hasOwn(sources, name) ? `ingest:${name}` : `feature:${name}`;
}

function node(kind: GraphNode["kind"], name: string, after: string[], skippable = false): GraphNode {
  return { name, kind, after: [...new Set(after)], skippable };
}

/** Kahn's algorithm; ties go to the node that was written first. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const ordered: GraphNode[] = [];
  const placed = new Set<string>();
  let waiting = [...nodes];
  while (waiting.length > 0) {
    const next = waiting.find(({ after }) => after.every((name) => placed.has(name)));
    if (!next)
      throw new InvalidInput(
        `steps: ${waiting.map(({ name }) => `"${name}"`).join(", ")} wait for each other`,
      );
    ordered.push(next);
    placed.add(next.name);
    waiting = waiting.filter((candidate) => candidate !== next);
  }
  return ordered;
}
