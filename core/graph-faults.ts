/** Rules of the graph that a definition draws. A rule is a function; each names the place, the fault and the way out. */
import type { Definition } from "./definition.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { queriesOfQa, readsOfQa } from "./qa-queries.ts";
import { readsOfBatch, readsOfFeature, readsOfOwnStep } from "./reads.ts";
import { AS_OF, findReferences, hasUnclosedPlace } from "./sql-template.ts";

/** All faults of a definition's graph at once; empty when it can be ordered and every node serves something. */
export function findGraphFaults(definition: Definition): Fault[] {
  const unknown = [...unknownReads(definition), ...unknownRoles(definition)];
  return [
    ...[nameClashes, unclosedPlaces].flatMap((rule) => rule(definition)),
    ...unknown,
    ...cycles(definition),
    // A misspelt name makes what it meant look unused: one mistake, one fault.
    ...(unknown.length === 0 ? unreachableNodes(definition) : []),
  ];
}

/** One name, one thing: `{{ name }}` must not be ambiguous. */
function nameClashes({ sources, features, steps }: Definition): Fault[] {
  const faults: Fault[] = [];
  const takenBy = new Map<string, string>([[AS_OF, "the run's date"]]);
  for (const [part, thing, named] of [
    ["sources", "a source", sources],
    ["features", "a feature table", features],
    ["steps", "a step", steps],
  ] as const)
    for (const name of Object.keys(named)) {
      const taken = takenBy.get(name);
      if (taken)
        faults.push({
          path: [part, name],
          problem: `"${name}" is the name of ${taken} already; choose another`,
        });
      else takenBy.set(name, thing);
    }
  return faults;
}

function unclosedPlaces(definition: Definition): Fault[] {
  return readers(definition)
    .filter(({ sql }) => sql !== undefined && hasUnclosedPlace(sql))
    .map(({ path }) => ({
      path,
      problem: "has braces that belong to no {{ name }}; close them, as in {{ titles }}",
    }));
}

function unknownReads(definition: Definition): Fault[] {
  const known = readable(definition);
  return readers(definition).flatMap(({ path, reads }) =>
    reads
      .filter((name) => !known.includes(name))
      .map((name) => ({ path, problem: unknown(name, definition) })),
  );
}

function unknown(name: string, definition: Definition): string {
  if (name === AS_OF) return `"${name}" stands for the run's date, not for a table; leave it out`;
  if (Object.hasOwn(definition.steps, name))
    return `"${name}" is a step, which leaves no table to read; name a source or feature table`;
  const known = readable(definition);
  return `"${name}" is not a source or feature table; known here are ${quoteAll(known)}${didYouMean(name, known)}`;
}

/** `interactions` and `items` name two different feature tables. */
function unknownRoles(definition: Definition): Fault[] {
  const known = Object.keys(definition.features);
  const faults: Fault[] = [];
  for (const role of ["interactions", "items"] as const) {
    const name = definition[role];
    if (known.includes(name)) continue;
    const problem = Object.hasOwn(definition.sources, name)
      ? `"${name}" is a source; make a feature table of it, as in features: { ${name}_clean: { sql: "select … from {{ ${name} }}" } }`
      : `"${name}" is not a feature table; known here are ${quoteAll(known)}${didYouMean(name, known)}`;
    faults.push({ path: [role], problem });
  }
  if (definition.items === definition.interactions)
    faults.push({
      path: ["items"],
      problem: `"${definition.items}" is the table of the interactions too; name another one`,
    });
  return faults;
}

/** Feature tables that need each other: one fault a circle that a depth-first search closes. */
function cycles({ features }: Definition): Fault[] {
  const faults: Fault[] = [];
  const state = new Map<string, "open" | "closed">();
  const visit = (name: string, trail: string[]) => {
    const feature = own(features, name);
    if (!feature || state.get(name) === "closed") return;
    if (state.get(name) === "open") {
      const circle = trail.slice(trail.indexOf(name));
      const shown = [...circle, name].map((member) => `"${member}"`).join(" → ");
      faults.push({
        path: ["features", name],
        problem: `reads itself: ${shown}; break the circle in one of them`,
      });
      return;
    }
    state.set(name, "open");
    for (const read of readsOfFeature(feature)) visit(read, [...trail, name]);
    state.set(name, "closed");
  };
  for (const name of Object.keys(features)) visit(name, []);
  return faults;
}

/** A source or feature table that neither the interactions, nor the items, nor an own step, nor QA, nor a batch come from. */
function unreachableNodes(definition: Definition): Fault[] {
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    const feature = own(definition.features, name);
    if (feature) readsOfFeature(feature).forEach(visit);
  };
  [definition.interactions, definition.items].forEach(visit);
  Object.values(definition.steps).flatMap(readsOfOwnStep).forEach(visit);
  readsOfQa(definition).forEach(visit);
  readsOfBatch(definition).forEach(visit);
  return (["sources", "features"] as const).flatMap((part) =>
    Object.keys(definition[part])
      .filter((name) => !reached.has(name))
      .map((name) => ({
        path: [part, name],
        problem: "nothing that a run needs reads it; read it in a feature table or step, or remove it",
      })),
  );
}

function readable({ sources, features }: Definition): string[] {
  return [...Object.keys(sources), ...Object.keys(features)];
}

/** Everything that reads tables, with the setting that says so. */
function readers(definition: Definition): { path: string[]; reads: string[]; sql: string | undefined }[] {
  return [
    ...Object.entries(definition.features).map(([name, feature]) => ({
      path: ["features", name, "sql"],
      reads: readsOfFeature(feature),
      sql: feature.sql,
    })),
    ...Object.entries(definition.steps).map(([name, step]) => ({
      path: ["steps", name, "sql" in step ? "sql" : "reads"],
      reads: readsOfOwnStep(step),
      sql: "sql" in step ? step.sql : undefined,
    })),
    ...queriesOfQa(definition.qa).map(({ path, sql }) => ({ path, reads: findReferences(sql), sql })),
  ];
}

/** A name such as `constructor` is nobody's but the definition's own. */
function own<T>(named: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}
