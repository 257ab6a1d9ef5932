import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Step } from "../../core/api.ts";
import { curve, fitInto } from "./geometry.ts";
import { layOut } from "./layout.ts";
import { GraphNode } from "./node.tsx";

/** The run's steps as a picture: what comes after what, and how far it is. Each node is a link to the step's details. */
export function StepGraph(props: {
  steps: Step[];
  selected: string | undefined;
  hrefOf(step: string): string;
}) {
  const frame = useRef<HTMLElement>(null);
  const inner = useInnerWidth(frame);
  const shape = props.steps.map(({ name, after }) => `${name}<${after.join()}`).join(";");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the picture depends on the graph's shape, not on states
  const layout = useMemo(() => layOut(props.steps), [shape]);
  const geometry = useMemo(() => fitInto(layout.layers, inner), [layout, inner]);
  const chosen = props.selected === undefined ? undefined : layout.places.get(props.selected);
  const middle = chosen && geometry.at(chosen).x;
  // where the picture is wider than its frame, what is chosen comes into sight
  useLayoutEffect(() => {
    if (frame.current && middle !== undefined) frame.current.scrollLeft = middle - inner / 2;
  }, [middle, inner]);
  const byName = new Map(props.steps.map((step) => [step.name, step]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls, so it must take the focus
    <section className="graph" ref={frame} aria-label="Step graph" tabIndex={0}>
      <svg width={geometry.width} height={geometry.height}>
        <title>Steps in the order they run</title>
        {layout.edges.map(({ from, to, through }) => (
          <path
            key={`${from} ${to}`}
            className={byName.get(from)?.finishedAt ? "edge edge-done" : "edge"}
            d={curve(through.map((place) => geometry.at(place)))}
          />
        ))}
        {props.steps.map((step) => {
          const place = layout.places.get(step.name);
          if (!place) return null;
          const { x, y } = geometry.at(place);
          return (
            <GraphNode
              key={step.name}
              step={step}
              x={x - geometry.nodeWidth / 2}
              y={y}
              width={geometry.nodeWidth}
              href={props.hrefOf(step.name)}
              isSelected={step.name === props.selected}
            />
          );
        })}
      </svg>
    </section>
  );
}

/** Width inside an element's padding, in pixels, as it changes. */
function useInnerWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const measured = element.current;
    if (!measured) return;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(measured);
      setWidth(measured.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight));
    };
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
