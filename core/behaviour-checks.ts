import { CHAMPION } from "./baseline.ts";
import type { QaSettings } from "./definition-qa.ts";
import type { Behaviour, Check } from "./qa-report.ts";
import { FEWEST_PEOPLE } from "./shelf-count.ts";
import { formatShare, plural } from "./words.ts";

export interface BehaviourFindings {
  settings: QaSettings["behaviour"];
  candidate: string;
  rows: readonly Behaviour[];
  people: number;
}

/** The checks for which the definition sets a bound. Too few people, or nothing to tell it from: inconclusive. */
export function checkBehaviour({ settings, candidate, rows, people }: BehaviourFindings): Check[] {
  const own = rows.find(({ subject }) => subject === candidate);
  const champion = rows.find(({ subject }) => subject === CHAMPION);
  const { maxListChange, minDiversity, maxTopDecileShare } = settings;
  return [
    ...(maxListChange
      ? [
          bounded({
            id: "behaviour.list_change",
            title: "Lists move little from what is live",
            severity: maxListChange.severity,
            value: changeOf(own),
            atMost: maxListChange.atMost,
            champion: null,
            people,
            found: (share) => `${share} of a person's list is not on the list that is live`,
            ...(champion ? {} : { holds: "Nothing is live, so no list has moved." }),
          }),
        ]
      : []),
    ...(minDiversity
      ? [
          bounded({
            id: "behaviour.diversity",
            title: "Lists are mixed in genre",
            severity: minDiversity.severity,
            value: own?.diversity ?? null,
            atLeast: minDiversity.atLeast,
            champion: champion?.diversity ?? null,
            people,
            found: (share) => `${share} of the pairs on a list have no genre in common`,
          }),
        ]
      : []),
    ...(maxTopDecileShare
      ? [
          bounded({
            id: "behaviour.top_decile",
            title: "The same few items don't take every list",
            severity: maxTopDecileShare.severity,
            value: own?.topDecileShare ?? null,
            atMost: maxTopDecileShare.atMost,
            champion: champion?.topDecileShare ?? null,
            people,
            found: (share) => `The most shown 10 % of the items take ${share} of all places`,
          }),
        ]
      : []),
  ];
}

function changeOf(own: Behaviour | undefined): number | null {
  return own?.overlap == null ? null : 1 - own.overlap;
}

function bounded(of: {
  id: string;
  title: string;
  severity: Check["severity"];
  value: number | null;
  atLeast?: number;
  atMost?: number;
  champion: number | null;
  people: number;
  found: (share: string) => string;
  /** Why it holds without anything measured. */
  holds?: string;
}): Check {
  const { value, atLeast, atMost, people } = of;
  const base: Omit<Check, "verdict" | "explanation"> = {
    id: of.id,
    group: "behaviour",
    title: of.title,
    severity: of.severity,
    value: of.holds ? null : value,
    threshold: atLeast ?? atMost ?? null,
    unit: "share",
    championValue: of.champion,
    sampleSize: people,
    owner: null,
    examples: [],
  };
  if (of.holds) return { ...base, verdict: "pass", explanation: of.holds };
  if (value === null || people < FEWEST_PEOPLE)
    return {
      ...base,
      value: null,
      verdict: "inconclusive",
      explanation:
        people < FEWEST_PEOPLE
          ? `Cannot tell: ${plural(people, "person", "people")}, ${FEWEST_PEOPLE} needed.`
          : "Cannot tell: the lists have nothing to measure it by.",
    };
  const asked =
    atLeast === undefined
      ? `at most ${formatShare(atMost ?? 0)} was asked for`
      : `at least ${formatShare(atLeast)} was asked for`;
  const live = of.champion === null ? "" : ` (${formatShare(of.champion)} with what is live)`;
  const holds = atLeast === undefined ? value <= (atMost ?? 0) : value >= atLeast;
  return {
    ...base,
    verdict: holds ? "pass" : "fail",
    explanation: `${of.found(formatShare(value))}${live}; ${asked}.`,
  };
}
