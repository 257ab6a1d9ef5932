/** Whom and what a model reaches: people, items, and the value of items. */
import { CHAMPION } from "./baseline.ts";
import type { Definition } from "./definition.ts";
import { countPeople, MOST_EXAMPLES, nameFew, quoteItem, type ToldCheck } from "./qa-check.ts";
import type { Items } from "./qa-items.ts";
import type { QaReport, Reach } from "./qa-report.ts";
import { byValue, type ItemValues } from "./qa-values.ts";
import { FEWEST_PEOPLE, type ShelfCount } from "./shelf-count.ts";
import { formatCount, formatShare, plural } from "./words.ts";

/** Items without a reader that a report names. */
const MOST_UNREACHABLE = 50;

export interface ReachFindings {
  definition: Definition;
  candidate: string;
  count: ShelfCount;
  /** The same of what is live; undefined when nothing is. */
  championCount: ShelfCount | undefined;
  items: Items;
  values: ItemValues;
}

/** One row; null where there are too few people, or nothing, to tell a share of. */
export function measureReach(
  subject: string,
  count: ShelfCount,
  { items, values }: Pick<ReachFindings, "items" | "values">,
): Reach {
  if (count.people < FEWEST_PEOPLE) return { subject, people: null, items: null, value: null };
  const shown = [...count.shownTo.keys()].filter((itemId) => items.has(itemId));
  return {
    subject,
    people: count.fullShelves / count.people,
    items: items.size === 0 ? null : shown.length / items.size,
    // Sums of fractions in another order differ in their last digit, and all that is shown is all.
    value: values.total === 0 ? null : Math.min(1, sumOf(shown, values) / values.total),
  };
}

/** Coverage of people, of items, and of what items earn. Told also where the definition asks for nothing. */
export function checkReach(findings: ReachFindings): ToldCheck[] {
  const { definition, candidate, count, championCount, items, values } = findings;
  const { peopleCoverage, itemCoverage, valueCoverage } = definition.qa;
  const reach = measureReach(candidate, count, findings);
  const champion = championCount && measureReach(CHAMPION, championCount, findings);
  const shared = { findings, champion };
  const outside = values.outside / (values.total + values.outside);
  return [
    shareCheck({
      ...shared,
      id: "people",
      title: `People with a full shelf of ${count.k}`,
      asked: peopleCoverage,
      value: reach.people,
      championValue: champion?.people,
      sampleSize: count.people,
      cannotTell: tooFew(count.people),
      found: (share) =>
        `${formatShare(share)} of ${plural(count.people, "person", "people")} get a full shelf of ${count.k} items from ${candidate} itself${share < 1 ? "; the others see the popularity list, or less" : ""}`,
      clause: (share) => `only ${formatShare(share)} of the people get a full shelf`,
    }),
    shareCheck({
      ...shared,
      id: "items",
      title: "Items that somebody is shown",
      asked: itemCoverage,
      value: reach.items,
      championValue: champion?.items,
      sampleSize: items.size,
      cannotTell: items.size === 0 ? "The items table is empty" : tooFew(count.people),
      found: (share) =>
        `${formatCount(Math.round(share * items.size))} of ${plural(items.size, "item")} (${formatShare(share)}) are shown to somebody; the rest is never seen on a shelf`,
      clause: (share) => `only ${formatShare(share)} of the items are shown to anybody`,
    }),
    shareCheck({
      ...shared,
      id: "value",
      title: `Share of ${values.label} by items that somebody is shown`,
      asked: valueCoverage,
      value: reach.value,
      championValue: champion?.value,
      sampleSize: items.size,
      cannotTell: values.total === 0 ? `No item has any ${values.label}` : tooFew(count.people),
      found: (share) =>
        `Items with ${formatShare(share)} of all ${values.label} are shown to somebody${outside > 0 ? ` (not counted: ${formatShare(outside)} of ${values.label}, by items that aren't in the items table any more)` : ""}`,
      clause: (share) => `items with ${formatShare(1 - share)} of all ${values.label} are shown to nobody`,
      examples: (first) => first.map(({ itemId }) => quoteItem(items, itemId)),
    }),
  ];
}

/** Items that earn something and that nobody is shown, the dearest first. */
export function findUnreachable({
  count,
  championCount,
  items,
  values,
}: Omit<ReachFindings, "definition" | "candidate">): QaReport["unreachable"] {
  const lost = [...items.keys()].filter((itemId) => values.of(itemId) > 0 && !count.shownTo.has(itemId));
  return {
    count: lost.length,
    ...(championCount && { newlyLost: lost.filter((itemId) => championCount.shownTo.has(itemId)).length }),
    valueShare: values.total === 0 ? null : Math.min(1, sumOf(lost, values) / values.total),
    items: lost
      .sort(byValue(values))
      .slice(0, MOST_UNREACHABLE)
      .map((itemId) => ({
        itemId,
        title: items.get(itemId)?.title ?? itemId,
        value: values.of(itemId),
        valueShare: values.of(itemId) / values.total,
        championPeople: championCount ? (championCount.shownTo.get(itemId) ?? 0) : null,
      })),
  };
}

function sumOf(itemIds: readonly string[], values: ItemValues): number {
  return itemIds.reduce((sum, itemId) => sum + values.of(itemId), 0);
}

function tooFew(people: number): string | undefined {
  if (people >= FEWEST_PEOPLE) return undefined;
  return `Only ${countPeople(people)} to look at, too few to tell a share: at least ${FEWEST_PEOPLE} people are needed`;
}

function shareCheck(check: {
  findings: ReachFindings;
  id: "people" | "items" | "value";
  title: string;
  asked: { atLeast: number; severity: "error" | "warn" } | undefined;
  value: number | null;
  championValue: number | null | undefined;
  sampleSize: number;
  cannotTell: string | undefined;
  found: (share: number) => string;
  clause: (share: number) => string;
  examples?: (unreachable: QaReport["unreachable"]["items"]) => string[];
}): ToldCheck {
  const { asked, value } = check;
  const base = {
    id: `coverage.${check.id}`,
    group: "coverage" as const,
    title: check.title,
    severity: asked?.severity ?? ("warn" as const),
    threshold: asked?.atLeast ?? null,
    unit: "share" as const,
    championValue: check.championValue ?? null,
    sampleSize: check.sampleSize,
    owner: null,
  };
  if (value === null || check.cannotTell !== undefined)
    return {
      ...base,
      verdict: "inconclusive",
      value: null,
      explanation: `${check.cannotTell}.`,
      examples: [],
    };
  const wanted = asked
    ? `at least ${formatShare(asked.atLeast)} were asked for`
    : "no least share was asked for";
  const live = base.championValue === null ? "" : ` (live now: ${formatShare(base.championValue)})`;
  const lost = check.examples && findUnreachable(check.findings);
  const examples = (lost && check.examples?.(lost.items.slice(0, MOST_EXAMPLES))) ?? [];
  return {
    ...base,
    verdict: !asked || value >= asked.atLeast ? "pass" : "fail",
    value,
    explanation: `${check.found(value)}${live}; ${wanted}.`,
    examples,
    clause: `${check.clause(value)}${examples.length > 0 ? ` (${nameFew(examples, lost?.count)})` : ""}`,
  };
}
