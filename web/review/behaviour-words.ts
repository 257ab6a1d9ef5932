import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import type { Behaviour, QaReport } from "../../core/qa-report.ts";
import { sayShare } from "../lib/figures.ts";
import { formatCount, formatShare } from "../lib/format.ts";

/** From how strong a rank correlation on an order is called so. */
const ORDERS: readonly [number, string][] = [
  [0.8, "almost the same order as today's"],
  [0.5, "much the same order as today's"],
  [0.2, "only partly the same order as today's"],
  [-0.2, "an order that has little to do with today's"],
  [-1, "an order that is rather the reverse of today's"],
];

/** How people's lists look and how far they moved, for somebody who knows no metrics. */
export function tellBehaviour(report: QaReport): string[] {
  const own = report.behaviour.find(({ subject }) => subject === report.candidate);
  if (!own) return [];
  const other = [CHAMPION, BASELINE]
    .filter((subject) => subject !== report.candidate)
    .map((subject) => report.behaviour.find((row) => row.subject === subject))
    .find((row) => row !== undefined);
  return [
    ...overlap(own),
    ...order(own),
    ...diversity(own, other),
    ...novelty(own, other),
    ...concentration(own, other),
  ];
}

function overlap({ overlap: share }: Behaviour): string[] {
  if (share === null) return [];
  const said = sayShare(share);
  const stay = /^(two|three|four|nine) /.test(said) ? "stay as they are" : "stays as it is";
  return [`${said.charAt(0).toUpperCase()}${said.slice(1)} of each list ${stay}, on average over everybody.`];
}

function order({ rankCorrelation }: Behaviour): string[] {
  if (rankCorrelation === null) return [];
  const [, words] = ORDERS.find(([from]) => rankCorrelation >= from) ?? [];
  return words ? [`Titles come in ${words}.`] : [];
}

function diversity(own: Behaviour, other: Behaviour | undefined): string[] {
  if (own.diversity === null) return [];
  const beside = other?.diversity == null ? "" : `; ${nameOf(other)} it is ${formatShare(other.diversity)}`;
  return [`Of all pairs of titles on one list, ${formatShare(own.diversity)} differ in genre${beside}.`];
}

/** Novelty is -log2 of the share of people who chose a title: 2 to its power is one in how many. */
function novelty(own: Behaviour, other: Behaviour | undefined): string[] {
  if (own.novelty === null) return [];
  const oneIn = (bits: number) => `1 person in ${formatCount(roundToTwo(2 ** bits))}`;
  const beside = other?.novelty == null ? "" : `; ${nameOf(other)} by ${oneIn(other.novelty)}`;
  return [`A typical title on a list was chosen by ${oneIn(own.novelty)} so far${beside}.`];
}

function concentration(own: Behaviour, other: Behaviour | undefined): string[] {
  if (own.topDecileShare === null) return [];
  const beside =
    other?.topDecileShare == null ? "" : `; ${nameOf(other)} it takes ${formatShare(other.topDecileShare)}`;
  return [
    `The tenth of the items that is shown most takes ${formatShare(own.topDecileShare)} of all places${beside}.`,
  ];
}

function nameOf({ subject }: Behaviour): string {
  return subject === CHAMPION ? "with what is live now" : "with the popularity list";
}

/** Two significant digits, as a whole number of at least 1. */
function roundToTwo(value: number): number {
  return Math.max(1, Math.round(Number(value.toPrecision(2))));
}
