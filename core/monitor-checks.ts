/** What the monitor asks of a live version: reach and scores against those at its deployment, and items nobody knows. */
import type { MonitorCheck } from "./api.ts";
import type { Definition } from "./definition.ts";
import type { MonitorReference } from "./monitor-reference.ts";
import { populationStability } from "./population-stability.ts";
import { FEWEST_PEOPLE } from "./shelf-count.ts";
import { formatCount, formatShare, plural } from "./words.ts";

/** How much larger the share of unknown items may be than at deployment. */
const MOST_UNKNOWN_GROWTH = 0.005;
/** Fewer unknown items than this are typing errors, not a table that stands still. */
const FEWEST_UNKNOWN = 3;

/** What the live version does now; the shares as in the reference. */
export interface Reach {
  version: number;
  people: number;
  peopleShare: number | null;
  itemShare: number | null;
  /** Share of today's scores in each of the reference's bins; null without scores. */
  scoreShares: number[] | null;
}

/** Items that a source names, and how many of them the items table lacks. */
export interface NamedItems {
  source: string;
  named: number;
  unknown: number;
}

/** Reach of people and items, and the scores. Without a live version or a reference none can tell. */
export function checkReach(
  { monitor }: Definition,
  now: Reach | undefined,
  then: MonitorReference | undefined,
): MonitorCheck[] {
  return [
    shareCheck("people", monitor.maxReachLoss, now, then?.peopleShare),
    shareCheck("items", monitor.maxReachLoss, now, then?.itemShare),
    scoreCheck(monitor.maxScoreShift, now, then),
  ];
}

/** Whether the items table keeps up with what a source names. Judged against the share at deployment, if there is one. */
export function checkNamedItems(
  { source, named, unknown }: NamedItems,
  then: MonitorReference | undefined,
  /** What is behind the items table, as in `source:titles`. */
  cause: string,
): MonitorCheck {
  const base = { id: `gap:${source}`, title: namedItemsTitle(source), cause };
  const shareThen = then?.unknownItems[source];
  if (shareThen === undefined || named === 0)
    return {
      ...base,
      verdict: "inconclusive",
      value: "unknown",
      threshold: "as at deployment",
      explanation:
        named === 0
          ? `Source "${source}" names no items, so nothing can be missing.`
          : "Nothing is live, or its share at deployment was not measured, so there is nothing to compare with.",
    };
  const share = unknown / named;
  const isBehind = unknown >= FEWEST_UNKNOWN && share > shareThen + MOST_UNKNOWN_GROWTH;
  return {
    ...base,
    verdict: isBehind ? "fail" : "pass",
    value: `${formatShare(share)} unknown`,
    threshold: `at most ${formatShare(shareThen + MOST_UNKNOWN_GROWTH)} unknown`,
    explanation: `The items table lacks ${formatCount(unknown)} of ${plural(named, "item")} that source "${source}" names (${formatShare(share)}; ${formatShare(shareThen)} at deployment), and what it lacks cannot be recommended.`,
  };
}

/** The same for a source whose delivery cannot be read; `why` is the reader's own sentence. */
export function cannotReadItems(source: string, why: string, cause: string): MonitorCheck {
  return {
    id: `gap:${source}`,
    title: namedItemsTitle(source),
    verdict: "inconclusive",
    value: "unknown",
    threshold: "as at deployment",
    explanation: `What source "${source}" names cannot be told: ${why}.`,
    cause,
  };
}

function namedItemsTitle(source: string): string {
  return `Items of source "${source}" are in the items table`;
}

function shareCheck(
  what: "people" | "items",
  maxLoss: number,
  now: Reach | undefined,
  then: number | null | undefined,
): MonitorCheck {
  const share = what === "people" ? now?.peopleShare : now?.itemShare;
  const base = {
    id: `reach:${what}`,
    title: what === "people" ? "People with a full shelf" : "Items that somebody is shown",
    cause: causeOf(now),
  };
  if (!now || typeof share !== "number" || typeof then !== "number" || then === 0 || isTooFew(now))
    return {
      ...base,
      ...cannotTell(now),
      threshold: `at most ${formatShare(maxLoss)} fewer than at deployment`,
    };
  const least = then * (1 - maxLoss);
  const subject = what === "people" ? "of the people get a full shelf" : "of the items are shown to somebody";
  return {
    ...base,
    verdict: share >= least ? "pass" : "fail",
    value: formatShare(share),
    threshold: `at least ${formatShare(least)}`,
    explanation: `Version ${now.version}: ${formatShare(share)} ${subject}, ${formatShare(then)} at deployment.`,
  };
}

function scoreCheck(
  maxShift: number,
  now: Reach | undefined,
  then: MonitorReference | undefined,
): MonitorCheck {
  const base = {
    id: "scores",
    title: "Scores are spread as at deployment",
    threshold: `shift of at most ${maxShift}`,
    cause: causeOf(now),
  };
  if (!now?.scoreShares || !then?.scores || isTooFew(now)) return { ...base, ...cannotTell(now) };
  const shift = populationStability(then.scores.shares, now.scoreShares);
  return {
    ...base,
    verdict: shift <= maxShift ? "pass" : "fail",
    value: `shift of ${shift.toFixed(2)}`,
    explanation: `Version ${now.version}: its scores have moved by ${shift.toFixed(2)} since deployment (population stability index; 0 is not at all, from 0.25 on is much).`,
  };
}

function cannotTell(now: Reach | undefined): Pick<MonitorCheck, "verdict" | "value" | "explanation"> {
  const why = !now
    ? "Nothing is live, or no run of today has built interactions and items."
    : isTooFew(now)
      ? `There are interactions of only ${plural(now.people, "person", "people")}; at least ${FEWEST_PEOPLE} are needed.`
      : `Version ${now.version} was not measured at its deployment, so there is nothing to compare with.`;
  return { verdict: "inconclusive", value: "unknown", explanation: why };
}

function isTooFew({ people }: Reach): boolean {
  return people < FEWEST_PEOPLE;
}

function causeOf(now: Reach | undefined): string {
  return now ? `deployment:${now.version}` : "deployment:none";
}
