import type { GraphNode } from "./steps.ts";

/** One line a step: its name, and what it comes after. */
export function drawGraphAsText(nodes: readonly GraphNode[]): string {
  const width = Math.max(...nodes.map(({ name }) => name.length));
  return nodes
    .map(({ name, after }) =>
      after.length === 0 ? name : `${name.padEnd(width)}  after ${after.join(", ")}`,
    )
    .join("\n");
}

/** A flowchart in Mermaid's language; the step where a person decides is a hexagon. */
export function drawGraphAsMermaid(nodes: readonly GraphNode[]): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `n${index}`]));
  const boxes = nodes.map(({ name, kind }) =>
    kind === "review" ? `  ${ids.get(name)}{{"${name}"}}` : `  ${ids.get(name)}["${name}"]`,
  );
  const arrows = nodes.flatMap(({ name, after }) =>
    after.map((before) => `  ${ids.get(before)} --> ${ids.get(name)}`),
  );
  return ["flowchart LR", ...boxes, ...arrows].join("\n");
}
