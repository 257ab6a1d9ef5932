import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import type { Definition, DefinitionInput } from "./definition.ts";
import { checkGraph, planGraph } from "./graph.ts";
import type { GraphNode } from "./steps.ts";

const LEARNED = {
  als: { trainer: "als" },
  similar: { trainer: "item_similarity" },
} as const satisfies DefinitionInput["candidates"];
const TEST_STEP = {
  no_gaps: { sql: "select 1 from {{ sales }} where item_id = ''", expect: "no rows" },
} as const;

function plan(
  change: Partial<DefinitionInput>,
  settings = { baselineOnly: false, hasChampion: false },
): GraphNode[] {
  return planGraph(smallDefinitionParsed(change), settings);
}

function names(nodes: readonly GraphNode[]): string[] {
  return nodes.map(({ name }) => name);
}

describe("the plan of a run", () => {
  it("goes from sources to deployment, each step after what it reads", () => {
    const nodes = plan({ candidates: LEARNED, steps: TEST_STEP }, { baselineOnly: false, hasChampion: true });
    expect(Object.fromEntries(nodes.map(({ name, after }) => [name, after]))).toEqual({
      "ingest:sales": [],
      "feature:interactions": ["ingest:sales"],
      "feature:items": ["ingest:sales"],
      "step:no_gaps": ["ingest:sales"],
      split: ["feature:interactions", "feature:items"],
      "train:popularity": ["split"],
      "train:als": ["split"],
      "train:similar": ["split"],
      "evaluate:popularity": ["train:popularity"],
      "evaluate:als": ["train:als"],
      "evaluate:similar": ["train:similar"],
      "evaluate:champion": ["split"],
      choose: [
        "evaluate:popularity",
        "evaluate:als",
        "evaluate:similar",
        "evaluate:champion",
        "step:no_gaps",
      ],
      qa: ["choose"],
      review: ["qa"],
      deploy: ["review"],
    });
  });

  it("trains the popularity list alone when nothing else is wanted", () => {
    const nodes = plan({ candidates: LEARNED }, { baselineOnly: true, hasChampion: false });
    expect(names(nodes).filter((name) => /^(train|evaluate):/.test(name))).toEqual([
      "train:popularity",
      "evaluate:popularity",
    ]);
  });

  it("lets nobody skip what later steps need", () => {
    const steps = { ...TEST_STEP, export: { command: ["true"], reads: ["items"], skippable: true } };
    const nodes = plan({ candidates: LEARNED, steps }, { baselineOnly: false, hasChampion: true });
    expect(nodes.filter(({ skippable }) => skippable).map(({ name }) => name)).toEqual([
      "step:export",
      "train:als",
      "train:similar",
      "evaluate:als",
      "evaluate:similar",
      "evaluate:champion",
    ]);
  });

  it("puts a table after the table that it reads, though it is written first", () => {
    const { items, interactions } = smallDefinitionParsed().features as Required<Definition["features"]>;
    const features = {
      interactions: { sql: `select * from {{ clean }}` },
      items: items as { sql: string },
      clean: interactions as { sql: string },
    };
    const order = names(plan({ features }));
    expect(order.indexOf("feature:clean")).toBeLessThan(order.indexOf("feature:interactions"));
  });

  it("refuses a graph with faults", () => {
    expect(() => plan({ items: "itms" })).toThrow('items: "itms" is not a feature table');
  });
});

describe("any graph of feature tables", () => {
  const graphs = fc.integer({ min: 2, max: 12 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }),
      order: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size, maxLength: size },
      ),
    }),
  );

  test.prop([graphs])(
    "is planned with every step once and after all that it reads",
    ({ size, edges, order }) => {
      // an edge from the higher number to the lower can close no circle
      const downwards = edges
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => [Math.max(a, b), Math.min(a, b)] as const);
      const nodes = planGraph(tables(size, downwards, order), { baselineOnly: false, hasChampion: true });
      const position = new Map(nodes.map(({ name }, index) => [name, index]));
      expect(position.size).toBe(nodes.length);
      for (const { name, after } of nodes)
        for (const before of after) expect(position.get(before)).toBeLessThan(position.get(name) ?? -1);
      for (const [reader, read] of downwards)
        expect(nodes.find(({ name }) => name === `feature:t${reader}`)?.after).toContain(`feature:t${read}`);
    },
  );

  test.prop([graphs, fc.infiniteStream(fc.nat())])(
    "is refused when a circle is put into it, and the circle is named in order",
    ({ size, edges, order }, numbers) => {
      const downwards = edges
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => [Math.max(a, b), Math.min(a, b)] as const);
      const length = 1 + ((numbers.next().value ?? 0) % size);
      const circle = order.slice(0, length);
      const closing = circle.map(
        (member, index) => [member, circle[(index + 1) % length] ?? member] as const,
      );
      const all = [...downwards, ...closing];
      const reported = checkGraph(tables(size, all, order)).filter((fault) => fault.includes("reads itself"));
      expect(reported.length).toBeGreaterThan(0);
      for (const fault of reported) {
        const members = [...fault.matchAll(/"t(\d+)"/g)].map(([, number]) => Number(number));
        expect(members.length).toBeGreaterThan(1);
        expect(members[0]).toBe(members.at(-1));
        for (const [index, member] of members.slice(0, -1).entries())
          expect(all).toContainEqual([member, members[index + 1]]);
      }
    },
  );
});

/** Tables t0…, written in `order`; each edge's first reads its second. All are read by a step, so none is useless. */
function tables(
  size: number,
  edges: readonly (readonly [number, number])[],
  order: readonly number[],
): Definition {
  const reads = (table: number) =>
    edges.filter(([reader]) => reader === table).map(([, read]) => `{{ t${read} }}`);
  const sql = (table: number) => `select * from ${["{{ sales }}", ...reads(table)].join(", ")}`;
  const { features } = smallDefinitionParsed();
  return smallDefinitionParsed({
    features: {
      ...Object.fromEntries(order.map((table) => [`t${table}`, { sql: sql(table) }])),
      ...features,
    },
    steps: { all: { command: ["true"], reads: Array.from({ length: size }, (_, table) => `t${table}`) } },
  });
}
