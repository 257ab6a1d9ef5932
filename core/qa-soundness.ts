/** What no release may do, whatever its definition asks for. */
import { MOST_EXAMPLES, type ToldCheck } from "./qa-check.ts";
import type { Items } from "./qa-items.ts";
import type { ShelfCount } from "./shelf-count.ts";
import { formatCount, plural } from "./words.ts";

export interface SoundnessFindings {
  count: ShelfCount;
  /** The same of what is live; undefined when nothing is. */
  championCount: ShelfCount | undefined;
  items: Items;
  /** Items that the popularity list answers a person without history with. */
  fallbackLength: number;
}

export function checkSoundness(findings: SoundnessFindings): ToldCheck[] {
  return [seenItems, knownItems, soundShelves, fallback].map((check) => check(findings));
}

function seenItems({ count, championCount }: SoundnessFindings): ToldCheck {
  return noneOf({
    id: "seen_items",
    title: "Shelves with something seen before",
    people: count.people,
    found: count.shelvesWithSeenItems,
    champion: championCount?.shelvesWithSeenItems,
    words: (shelves) => `${shelves} an item that the person has seen already`,
  });
}

function knownItems({ count, championCount, items }: SoundnessFindings): ToldCheck {
  const nameless = namelessIn(count, items);
  return noneOf({
    id: "known_items",
    title: "Shown items without a title",
    people: count.people,
    found: nameless.length,
    champion: championCount && namelessIn(championCount, items).length,
    words: (_, found) =>
      `${plural(found, "shown item")} ${found === 1 ? "is" : "are"} without a title in the items table, so a shelf would have a gap there`,
    examples: nameless,
  });
}

function namelessIn(count: ShelfCount, items: Items): string[] {
  return [...count.shownTo.keys()].filter((itemId) => !items.get(itemId)?.title).sort();
}

function soundShelves({ count, championCount }: SoundnessFindings): ToldCheck {
  return noneOf({
    id: "sound_shelves",
    title: "Shelves that are not a sound ranking",
    people: count.people,
    found: count.unsoundShelves,
    champion: championCount?.unsoundShelves,
    words: (shelves) => `${shelves} an item twice, items out of order or a score that is no finite number`,
  });
}

function noneOf(check: {
  id: string;
  title: string;
  people: number;
  found: number;
  champion: number | undefined;
  words: (shelves: string, found: number) => string;
  examples?: string[];
}): ToldCheck {
  const { people, found } = check;
  const shelves = found === 1 ? "1 shelf has" : `${formatCount(found)} shelves have`;
  return {
    id: `soundness.${check.id}`,
    group: "soundness",
    title: check.title,
    verdict: found > 0 ? "fail" : people === 0 ? "inconclusive" : "pass",
    severity: "error",
    value: people === 0 ? null : found,
    threshold: 0,
    unit: "count",
    championValue: check.champion ?? null,
    sampleSize: people,
    owner: null,
    explanation: `Of ${plural(people, "person's shelf", "people's shelves")}: ${check.words(shelves, found)}; none may.`,
    examples: (check.examples ?? []).slice(0, MOST_EXAMPLES),
    ...(found > 0 ? { clause: check.words(shelves, found) } : {}),
  };
}

function fallback({ count, items, fallbackLength }: SoundnessFindings): ToldCheck {
  const wanted = Math.min(count.k, items.size);
  return {
    id: "soundness.fallback",
    group: "soundness",
    title: "Shelf of a person without history",
    verdict: fallbackLength >= wanted && wanted > 0 ? "pass" : "fail",
    severity: "error",
    value: fallbackLength,
    threshold: wanted,
    unit: "count",
    championValue: null,
    sampleSize: 1,
    owner: null,
    explanation: `A person without history is shown the popularity list, and it answers with ${plural(fallbackLength, "item")} of the ${formatCount(wanted)} that fit on a shelf.`,
    examples: [],
    clause: `a person without history is shown ${plural(fallbackLength, "item")} of ${formatCount(wanted)}`,
  };
}
