/** The checks of one QA report: what a pass over everybody's shelf found, against what the definition asks for. */
import type { Definition } from "./definition.ts";
import type { Check } from "./qa-report.ts";
import { FEWEST_PEOPLE, type ShelfCount } from "./shelf-count.ts";
import { formatCount, formatShare, plural } from "./words.ts";

/** Most examples that a check names; a reviewer needs some, not a thousand. */
const MOST_EXAMPLES = 20;

export interface QaFindings {
  definition: Definition;
  count: ShelfCount;
  /** Title of every item in the items table; null where it has none. */
  titles: ReadonlyMap<string, string | null>;
  /** Items that the popularity list answers a person without history with. */
  fallbackLength: number;
}

/** All checks, those that the definition asks for first. Equal findings give equal checks. */
export function checkShelves(findings: QaFindings): Check[] {
  return [
    peopleCoverage(findings),
    itemCoverage(findings),
    ...mustHave(findings),
    seenItems(findings),
    knownItems(findings),
    soundShelves(findings),
    fallback(findings),
  ];
}

/** Title of an item for a person: its id where the items table has none. */
export function titleOf(titles: QaFindings["titles"], itemId: string): string {
  return titles.get(itemId) ?? itemId;
}

function peopleCoverage({ definition, count }: QaFindings): Check {
  const asked = definition.qa.peopleCoverage;
  return shareCheck({
    id: "people_coverage",
    title: `People with a full shelf of ${count.k}`,
    severity: asked?.severity ?? "warn",
    part: count.fullShelves,
    whole: count.people,
    threshold: asked?.atLeast ?? null,
    people: count.people,
    found: (share) =>
      `${formatShare(share)} of ${plural(count.people, "person", "people")} get a full shelf of ${count.k} items`,
  });
}

function itemCoverage({ definition, count, titles }: QaFindings): Check {
  const asked = definition.qa.itemCoverage;
  const shown = [...count.shownTo.keys()].filter((itemId) => titles.has(itemId)).length;
  return shareCheck({
    id: "item_coverage",
    title: "Items that somebody is shown",
    severity: asked?.severity ?? "warn",
    part: shown,
    whole: titles.size,
    threshold: asked?.atLeast ?? null,
    people: count.people,
    found: (share) =>
      `${formatCount(shown)} of ${plural(titles.size, "item")} (${formatShare(share)}) are shown to somebody; the rest is never seen on a shelf`,
  });
}

function shareCheck(check: {
  id: string;
  title: string;
  severity: Check["severity"];
  part: number;
  whole: number;
  threshold: number | null;
  people: number;
  found: (share: number) => string;
}): Check {
  const { part, whole, threshold, people } = check;
  const base = {
    id: check.id,
    title: check.title,
    severity: check.severity,
    threshold,
    unit: "share" as const,
    sampleSize: people,
    examples: [],
  };
  if (people < FEWEST_PEOPLE || whole === 0)
    return {
      ...base,
      verdict: "inconclusive",
      value: null,
      explanation: `Only ${plural(people, "person", "people")} and ${plural(whole, "item")} to look at, too few to tell a share: at least ${FEWEST_PEOPLE} people are needed.`,
    };
  const share = part / whole;
  const asked =
    threshold === null ? "no least share was asked for" : `at least ${formatShare(threshold)} were asked for`;
  return {
    ...base,
    verdict: threshold === null || share >= threshold ? "pass" : "fail",
    value: share,
    explanation: `${check.found(share)}; ${asked}.`,
  };
}

function mustHave({ definition, count, titles }: QaFindings): Check[] {
  const asked = definition.qa.mustHave;
  if (!asked) return [];
  const items = [...new Set(asked.items)];
  const reached = (itemId: string) => count.shownTo.get(itemId) ?? 0;
  const missing = items.filter((itemId) => !titles.has(itemId) || reached(itemId) < asked.minPeople);
  const needed = plural(asked.minPeople, "person", "people");
  const told = missing.map((itemId) =>
    titles.has(itemId)
      ? `"${titleOf(titles, itemId)}" is shown to ${plural(reached(itemId), "person", "people")}`
      : `"${itemId}" is not in the items table`,
  );
  const cannotTell = missing.length > 0 && count.people < asked.minPeople;
  const found =
    missing.length === 0
      ? `All ${plural(items.length, "must-have item")} are shown to at least ${needed}`
      : `${missing.length} of ${plural(items.length, "must-have item")} ${missing.length === 1 ? "is" : "are"} shown to fewer than ${needed}: ${told.slice(0, MOST_EXAMPLES).join(", ")}`;
  return [
    {
      id: "must_have",
      title: "Must-have items on the shelves",
      verdict: missing.length === 0 ? "pass" : cannotTell ? "inconclusive" : "fail",
      severity: asked.severity,
      value: items.length - missing.length,
      threshold: items.length,
      unit: "count",
      sampleSize: count.people,
      explanation: cannotTell
        ? `${found}; with ${plural(count.people, "person", "people")} in all it cannot be told.`
        : `${found}.`,
      examples: told.slice(0, MOST_EXAMPLES),
    },
  ];
}

function seenItems({ count }: QaFindings): Check {
  return noneOf({
    id: "seen_items",
    title: "Shelves with something seen before",
    count,
    found: count.shelvesWithSeenItems,
    words: (shelves) => `${shelves} an item that the person has seen already`,
  });
}

function knownItems({ count, titles }: QaFindings): Check {
  const nameless = [...count.shownTo.keys()].filter((itemId) => !titles.get(itemId)).sort();
  return noneOf({
    id: "known_items",
    title: "Shown items without a title",
    count,
    found: nameless.length,
    words: (_, found) =>
      `${plural(found, "shown item")} ${found === 1 ? "is" : "are"} without a title in the items table, so a shelf would have a gap there`,
    examples: nameless,
  });
}

function soundShelves({ count }: QaFindings): Check {
  return noneOf({
    id: "sound_shelves",
    title: "Shelves that are not a sound ranking",
    count,
    found: count.unsoundShelves,
    words: (shelves) => `${shelves} an item twice, items out of order or a score that is no finite number`,
  });
}

function noneOf(check: {
  id: string;
  title: string;
  count: ShelfCount;
  found: number;
  words: (shelves: string, found: number) => string;
  examples?: string[];
}): Check {
  const { people } = check.count;
  const shelves = check.found === 1 ? "1 shelf has" : `${formatCount(check.found)} shelves have`;
  return {
    id: check.id,
    title: check.title,
    verdict: check.found > 0 ? "fail" : people === 0 ? "inconclusive" : "pass",
    severity: "error",
    value: check.found,
    threshold: 0,
    unit: "count",
    sampleSize: people,
    explanation: `Of ${plural(people, "person's shelf", "people's shelves")}: ${check.words(shelves, check.found)}; none may.`,
    examples: (check.examples ?? []).slice(0, MOST_EXAMPLES),
  };
}

function fallback({ count, titles, fallbackLength }: QaFindings): Check {
  const wanted = Math.min(count.k, titles.size);
  return {
    id: "fallback",
    title: "Shelf of a person without history",
    verdict: fallbackLength >= wanted && wanted > 0 ? "pass" : "fail",
    severity: "error",
    value: fallbackLength,
    threshold: wanted,
    unit: "count",
    sampleSize: 1,
    explanation: `A person without history is shown the popularity list, and it answers with ${plural(fallbackLength, "item")} of the ${formatCount(wanted)} that fit on a shelf.`,
    examples: [],
  };
}
