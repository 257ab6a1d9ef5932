/** Items that must be shown: to enough people each, in the places that were promised. */
import type { QaSettings } from "./definition-qa.ts";
import { countPeople, MOST_EXAMPLES, nameFew, quote, quoteItem, type ToldCheck } from "./qa-check.ts";
import type { Items } from "./qa-items.ts";
import { byValue, type ItemValues } from "./qa-values.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import { formatShare, plural } from "./words.ts";

type MustHave = QaSettings["mustHave"][string];

/** Float dust below this doesn't make one person more: 0.07 × 100 is 7.000000000000001. */
const DUST = 1e-9;

/** Counts, for one list of must-have items, the people who are shown each. Memory grows with the list. */
export class MustHaveCount {
  readonly #name: string;
  readonly #asked: MustHave;
  readonly #itemIds: ReadonlySet<string>;
  readonly #shown = new Map<string, number>();
  readonly #shownByChampion = new Map<string, number>();
  #people = 0;
  #hasChampion = false;

  /** @param itemIds as written down, or as the query gave them */
  constructor(name: string, asked: MustHave, itemIds: readonly string[]) {
    this.#name = name;
    this.#asked = asked;
    this.#itemIds = new Set(itemIds);
  }

  add({ candidate, champion }: Pick<PersonShelves, "candidate" | "champion">): void {
    this.#people += 1;
    this.#count(candidate, this.#shown);
    if (!champion) return;
    this.#hasChampion = true;
    this.#count(champion, this.#shownByChampion);
  }

  check(items: Items, values: ItemValues): ToldCheck {
    const needed = this.#peopleNeeded();
    const missing = [...this.#itemIds]
      .filter((itemId) => (this.#shown.get(itemId) ?? 0) < needed)
      .sort(byValue(values));
    const found = this.#itemIds.size - missing.length;
    const base = {
      id: `must_have.${this.#name}`,
      group: "must_have" as const,
      title: `Must-have items: ${inWords(this.#name)}`,
      severity: this.#asked.severity,
      threshold: this.#itemIds.size,
      unit: "count" as const,
      sampleSize: this.#people,
      owner: this.#asked.owner ?? null,
    };
    const cannotTell = this.#whyItCannotBeTold(needed, missing.length);
    if (cannotTell)
      return {
        ...base,
        verdict: "inconclusive",
        value: null,
        championValue: null,
        explanation: cannotTell,
        examples: [],
      };
    const wanted = `to at least ${plural(needed, "person", "people")}${this.#share()}${this.#place()}`;
    const championFound = [...this.#itemIds].filter(
      (id) => (this.#shownByChampion.get(id) ?? 0) >= needed,
    ).length;
    const championValue = this.#hasChampion ? championFound : null;
    const live = championValue === null ? "" : ` (live now: ${championValue})`;
    return {
      ...base,
      verdict: missing.length === 0 ? "pass" : "fail",
      value: found,
      championValue,
      explanation:
        missing.length === 0
          ? `All ${plural(this.#itemIds.size, "must-have item")} are shown ${wanted}${live}.`
          : `${found} of ${plural(this.#itemIds.size, "must-have item")} are shown ${wanted}${live}; ${missing.length} ${missing.length === 1 ? "is" : "are"} not.`,
      examples: missing.slice(0, MOST_EXAMPLES).map((itemId) => this.#tell(itemId, items)),
      ...(missing.length === 0 ? {} : { clause: this.#clause(missing, needed, items) }),
    };
  }

  #count(shelf: PersonShelves["candidate"], shown: Map<string, number>): void {
    const places = this.#asked.withinRank ?? shelf.length;
    const counted = new Set<string>();
    for (const { itemId } of shelf.slice(0, places))
      if (this.#itemIds.has(itemId) && !counted.has(itemId)) {
        counted.add(itemId);
        shown.set(itemId, (shown.get(itemId) ?? 0) + 1);
      }
  }

  #peopleNeeded(): number {
    return Math.max(this.#asked.minPeople, Math.ceil((this.#asked.minShare ?? 0) * this.#people - DUST));
  }

  #whyItCannotBeTold(needed: number, missing: number): string | undefined {
    if (this.#itemIds.size === 0)
      return "Its query gave no items, so there is nothing to look for: see whether the table that it reads is filled.";
    if (missing > 0 && this.#people < needed)
      return `Each of ${plural(this.#itemIds.size, "item")} must be shown to ${plural(needed, "person", "people")}, and there are only ${this.#people} in all, so it cannot be told.`;
    return undefined;
  }

  #share(): string {
    return this.#asked.minShare === undefined ? "" : ` (${formatShare(this.#asked.minShare)} of all)`;
  }

  #place(): string {
    const { withinRank } = this.#asked;
    if (withinRank === undefined) return "";
    return withinRank === 1 ? " in the first place" : ` in the first ${withinRank} places`;
  }

  #tell(itemId: string, items: Items): string {
    if (!items.has(itemId)) return `${quote(itemId)} is not in the items table`;
    const live = this.#hasChampion
      ? ` (live now: to ${countPeople(this.#shownByChampion.get(itemId) ?? 0)})`
      : "";
    return `${quoteItem(items, itemId)} is shown to ${countPeople(this.#shown.get(itemId) ?? 0)}${this.#place()}${live}`;
  }

  /** `20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody` */
  #clause(missing: readonly string[], needed: number, items: Items): string {
    const toNobody = missing.every((itemId) => !this.#shown.has(itemId));
    const names = nameFew(missing.map((itemId) => quoteItem(items, itemId)));
    const few = toNobody || needed === 1 ? "nobody" : `fewer than ${plural(needed, "person", "people")}`;
    return `${missing.length} of ${plural(this.#itemIds.size, "must-have item")} (${names}) ${missing.length === 1 ? "is" : "are"} shown to ${few}${this.#place()}`;
  }
}

/** A setting's name as words: `top_by_plays` is `top by plays`. */
function inWords(name: string): string {
  return name.replaceAll("_", " ");
}
