import { expect, it } from "vitest";
import { drawGraphAsMermaid, drawGraphAsText } from "./graph-drawing.ts";
import type { GraphNode } from "./steps.ts";

const NODES: GraphNode[] = [
  { name: "ingest:sales", kind: "ingest", after: [], skippable: false },
  { name: "split", kind: "split", after: ["ingest:sales"], skippable: false },
  { name: "review", kind: "review", after: ["split", "ingest:sales"], skippable: false },
];

it("draws a line a step", () => {
  expect(drawGraphAsText(NODES)).toBe(
    ["ingest:sales", "split         after ingest:sales", "review        after split, ingest:sales"].join(
      "\n",
    ),
  );
});

it("draws boxes and arrows in Mermaid, and a hexagon where a person decides", () => {
  expect(drawGraphAsMermaid(NODES).split("\n")).toEqual([
    "flowchart LR",
    '  n0["ingest:sales"]',
    '  n1["split"]',
    '  n2{{"review"}}',
    "  n0 --> n1",
    "  n1 --> n2",
    "  n0 --> n2",
  ]);
});
