import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type GraphInput, layOut } from "./layout.ts";

/** Any graph without cycles: each node comes after some of the earlier ones. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .map((rows): GraphInput[] =>
    rows.map((before, index) => ({
      name: `n${index}`,
      after: index === 0 ? [] : [...new Set(before.map((each) => `n${each % index}`))],
    })),
  );

describe("the layout of a step graph", () => {
  test.prop([graphs])("places every node once, below everything that it comes after", (nodes) => {
    const { layers } = layOut(nodes);
    const placed = layers.flat().filter((place) => place.name !== undefined);
    expect(placed.map((place) => place.name).sort()).toEqual(nodes.map((node) => node.name).sort());
    const layer = new Map(placed.map((place) => [place.name, place.layer]));
    for (const node of nodes)
      for (const before of node.after)
        expect(layer.get(node.name)).toBeGreaterThan(layer.get(before) as number);
  });

  test.prop([graphs])("draws every edge through one place of each layer that it crosses", (nodes) => {
    const { edges, layers } = layOut(nodes);
    expect(edges).toHaveLength(nodes.reduce((sum, node) => sum + node.after.length, 0));
    for (const { from, to, through } of edges) {
      expect([through[0]?.name, through.at(-1)?.name]).toEqual([from, to]);
      for (const [step, place] of through.entries()) {
        expect(place.layer).toBe((through[0]?.layer ?? 0) + step);
        expect(layers[place.layer]?.[place.index]).toBe(place);
      }
    }
  });

  test.prop([graphs])("gives the same picture for the same graph", (nodes) => {
    expect(layOut(nodes)).toEqual(layOut(nodes));
  });

  it("sets a node that may wait just above the one that needs it", () => {
    const { layers } = layOut([
      { name: "split", after: [] },
      { name: "train:als", after: ["split"] },
      { name: "evaluate:als", after: ["train:als"] },
      { name: "evaluate:champion", after: ["split"] },
      { name: "choose", after: ["evaluate:als", "evaluate:champion"] },
    ]);
    const names = layers.map((row) => row.flatMap((place) => place.name ?? []).sort());
    expect(names).toEqual([["split"], ["train:als"], ["evaluate:als", "evaluate:champion"], ["choose"]]);
  });

  it("leaves out names that are no nodes", () => {
    expect(layOut([{ name: "qa", after: ["gone"] }]).edges).toEqual([]);
  });
});
