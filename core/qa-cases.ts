/** Persons and situations that matter to somebody: what must, may and must not come. */
import type { QaSettings } from "./definition-qa.ts";
import { MOST_EXAMPLES, nameFew, quote, quoteItem, type ToldCheck } from "./qa-check.ts";
import type { Items } from "./qa-items.ts";
import type { Recommendation } from "./shelf-count.ts";
import { plural } from "./words.ts";

type Case = QaSettings["cases"][string];

export interface CaseShelves {
  /** What the person had; undefined for somebody whom the interactions table doesn't know. */
  history: readonly string[] | undefined;
  candidate: readonly Recommendation[];
  champion: readonly Recommendation[] | undefined;
}

export function checkCase(name: string, asked: Case, shelves: CaseShelves, items: Items): ToldCheck {
  const broken = breachesOf(asked, shelves.candidate, items);
  const base = {
    id: `case.${name}`,
    group: "case" as const,
    title: `Case: ${name.replaceAll("_", " ")}`,
    severity: asked.severity,
    threshold: 0,
    unit: "count" as const,
    sampleSize: 1,
    owner: asked.owner,
  };
  const cannotTell = whyItCannotBeTold(asked, shelves, items);
  if (cannotTell)
    return {
      ...base,
      verdict: "inconclusive",
      value: null,
      championValue: null,
      sampleSize: 0,
      explanation: `${asked.why}: ${cannotTell}, so it cannot be told. Ask ${asked.owner}.`,
      examples: [],
    };
  const championBroken = shelves.champion && breachesOf(asked, shelves.champion, items);
  const holds = broken.length === 0;
  const live =
    championBroken === undefined
      ? ""
      : championBroken.length === 0
        ? " What is live does as asked."
        : " What is live doesn't either.";
  return {
    ...base,
    verdict: holds ? "pass" : "fail",
    value: broken.length,
    championValue: championBroken?.length ?? null,
    explanation: holds
      ? `${asked.why}: it comes as asked.`
      : `${asked.why}: ${plural(broken.length, "wish", "wishes")} not met.${live} Ask ${asked.owner}.`,
    examples: holds ? [] : [...broken.slice(0, MOST_EXAMPLES - 1), instead(shelves.candidate, items)],
    ...(holds
      ? {}
      : { clause: `the case ${quote(name.replaceAll("_", " "))} fails: ${broken[0]} (ask ${asked.owner})` }),
  };
}

/** Each wish that the shelf doesn't meet, in words: those for what must come first, then what must not. */
function breachesOf(asked: Case, shelf: readonly Recommendation[], items: Items): string[] {
  const placeOf = (itemId: string) => shelf.findIndex((shown) => shown.itemId === itemId) + 1;
  const places = asked.withinRank ?? shelf.length;
  const missing = asked.must
    .filter((itemId) => placeOf(itemId) === 0 || placeOf(itemId) > places)
    .map(
      (itemId) =>
        `${quoteItem(items, itemId)} must come and ${whereItIs(itemId, placeOf(itemId), places, items)}`,
    );
  const unwanted = asked.mustNot
    .filter((itemId) => placeOf(itemId) > 0)
    .map((itemId) => `${quoteItem(items, itemId)} must not come and is in place ${placeOf(itemId)}`);
  const allowed = asked.may && new Set([...asked.must, ...asked.may]);
  const strange = shelf
    .filter(({ itemId }) => allowed && !allowed.has(itemId) && !asked.mustNot.includes(itemId))
    .map(
      ({ itemId }) => `${quoteItem(items, itemId)} is in place ${placeOf(itemId)} and is none that may come`,
    );
  return [...missing, ...unwanted, ...strange];
}

function whereItIs(itemId: string, place: number, places: number, items: Items): string {
  if (!items.has(itemId)) return "is not in the items table";
  return place === 0 ? "does not" : `is in place ${place}, not within ${places}`;
}

function instead(shelf: readonly Recommendation[], items: Items): string {
  if (shelf.length === 0) return "nothing came";
  return `what came: ${nameFew(shelf.map(({ itemId }) => quoteItem(items, itemId)))}`;
}

function whyItCannotBeTold({ who }: Case, { history }: CaseShelves, items: Items): string | undefined {
  if ("user" in who)
    return history === undefined
      ? `nobody called ${quote(who.user)} is in the interactions table`
      : undefined;
  const unknown = who.history.filter((itemId) => !items.has(itemId));
  if (who.history.length > 0 && unknown.length === who.history.length)
    return `nothing of its history (${nameFew(unknown.map(quote))}) is in the items table`;
  return undefined;
}
