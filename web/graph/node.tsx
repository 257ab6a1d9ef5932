import type { Step } from "../../core/api.ts";
import { formatDuration } from "../../core/duration.ts";
import { KIND_WORDS, shortStepName, stepLook } from "../lib/words.ts";
import { Icon } from "../parts/icon.tsx";
import { NODE_HEIGHT } from "./geometry.ts";

/** Widths in pixels: the widest usual letter of a name and of the line below it, and what the icon takes. */
const NAME_LETTER = 7.8;
const KIND_LETTER = 6;
const ICON_ROOM = 37;

/** One step of the graph, a link to its details. */
export function GraphNode(props: {
  step: Step;
  x: number;
  y: number;
  width: number;
  href: string;
  isSelected: boolean;
}) {
  const { step, x, y, width } = props;
  const look = stepLook(step);
  const room = width - ICON_ROOM;
  const [name, below] = lines(step, room / KIND_LETTER);
  return (
    <a
      href={props.href}
      aria-label={`${step.name}: ${look.label}`}
      aria-current={props.isSelected ? "true" : undefined}
      className={`node tone-${look.tone} state-${step.state}`}
    >
      <title>{`${step.name}: ${look.label}`}</title>
      <rect x={x} y={y} width={width} height={NODE_HEIGHT} rx="9" />
      <g transform={`translate(${x + 10} ${y + 15})`}>
        <Icon name={look.icon} />
      </g>
      <text x={x + 33} y={y + 20} className="node-name">
        {shorten(name, room / NAME_LETTER)}
      </text>
      <text x={x + 33} y={y + 36} className="node-kind">
        {shorten(below, room / KIND_LETTER)}
      </text>
    </a>
  );
}

/**
 * What it is about, and below it what it does, with how long that took or how it stands where that fits into so many
 * letters. The icon and the table say the rest.
 */
function lines(step: Step, letters: number): [name: string, below: string] {
  const kind = KIND_WORDS[step.kind];
  const name = shortStepName(step.name);
  const state = stepLook(step).label.toLowerCase();
  const took =
    step.startedAt && step.finishedAt
      ? formatDuration(Date.parse(step.finishedAt) - Date.parse(step.startedAt))
      : state;
  const how = step.state === "done" ? took : state;
  if (name === step.name) return [kind, how];
  if (step.state === "needs_attention") return [name, how];
  const both = `${kind}, ${how}`;
  return [name, step.state === "waiting" || both.length > letters ? kind : both];
}

function shorten(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…`;
}
