/** Items that must never be shown to some people, or to anybody. */
import type { QaSettings } from "./definition-qa.ts";
import { countPeople, MOST_EXAMPLES, nameFew, quoteItem, type ToldCheck } from "./qa-check.ts";
import type { Items } from "./qa-items.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import { formatCount, plural } from "./words.ts";

type Forbidden = QaSettings["forbidden"][string];
type Shelves = Pick<PersonShelves, "candidate" | "champion">;

/** Counts, for one rule, who is shown what they must not be. Memory grows with the rule's items. */
export class ForbiddenCount {
  readonly #name: string;
  readonly #rule: Forbidden;
  readonly #itemIds: ReadonlySet<string>;
  /** People whom each forbidden item is shown to. */
  readonly #shown = new Map<string, number>();
  #people = 0;
  #harmed = 0;
  #harmedByChampion = 0;
  #hasChampion = false;

  /** @param itemIds as written down, or as the query gave them */
  constructor(name: string, rule: Forbidden, itemIds: readonly string[]) {
    this.#name = name;
    this.#rule = rule;
    this.#itemIds = new Set(itemIds);
  }

  /** Looks at somebody whom the rule is about. @param people how many see this very shelf: those without history share one */
  add({ candidate, champion }: Shelves, people = 1): void {
    this.#people += people;
    const shown = this.#forbiddenIn(candidate);
    for (const itemId of shown) this.#shown.set(itemId, (this.#shown.get(itemId) ?? 0) + people);
    if (shown.length > 0) this.#harmed += people;
    if (!champion) return;
    this.#hasChampion = true;
    if (this.#forbiddenIn(champion).length > 0) this.#harmedByChampion += people;
  }

  check(items: Items): ToldCheck {
    const cannotTell = this.#whyItCannotBeTold(items);
    const base = {
      id: `forbidden.${this.#name}`,
      group: "forbidden" as const,
      title: `Never shown: ${this.#name.replaceAll("_", " ")}`,
      severity: this.#rule.severity,
      threshold: 0,
      unit: "count" as const,
      sampleSize: this.#people,
      owner: this.#rule.owner ?? null,
    };
    if (cannotTell)
      return {
        ...base,
        verdict: "inconclusive",
        value: null,
        championValue: null,
        explanation: cannotTell,
        examples: [],
      };
    const worst = [...this.#shown].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
    const why = this.#rule.why ? ` (${this.#rule.why})` : "";
    const championValue = this.#hasChampion ? this.#harmedByChampion : null;
    const live = championValue === null ? "" : `; live now: to ${countPeople(championValue)}`;
    return {
      ...base,
      verdict: this.#harmed === 0 ? "pass" : "fail",
      value: this.#harmed,
      championValue,
      explanation: `${this.#found(worst.length)}${why}${live}.`,
      examples: worst
        .slice(0, MOST_EXAMPLES)
        .map(([itemId, people]) => `${quoteItem(items, itemId)} is shown to ${countPeople(people)}`),
      ...(worst.length === 0
        ? {}
        : {
            clause: `${nameFew(worst.map(([itemId]) => quoteItem(items, itemId)))}, forbidden by “${this.#name.replaceAll("_", " ")}”, ${worst.length === 1 ? "is" : "are"} shown to ${countPeople(this.#harmed)}`,
          }),
    };
  }

  #forbiddenIn(shelf: PersonShelves["candidate"]): string[] {
    return [...new Set(shelf.map(({ itemId }) => itemId))].filter((itemId) => this.#itemIds.has(itemId));
  }

  /** `18 of the 34 people whom the rule is about are shown something forbidden, 6 of 877 items` */
  #found(items: number): string {
    const people = this.#rule.people
      ? `the ${plural(this.#people, "person", "people")} whom the rule is about`
      : `all ${plural(this.#people, "person", "people")}, those without history counted as one,`;
    const all = plural(this.#itemIds.size, "forbidden item");
    if (this.#harmed === 0) return `None of ${people} is shown any of ${all}`;
    return `${formatCount(this.#harmed)} of ${people} ${this.#harmed === 1 ? "is" : "are"} shown ${formatCount(items)} of ${all}`;
  }

  #whyItCannotBeTold(items: Items): string | undefined {
    if (this.#harmed > 0) return undefined;
    if (this.#itemIds.size === 0)
      return "Its query gave no items, so nothing was looked for: see whether the table that it reads is filled.";
    if (![...this.#itemIds].some((itemId) => items.has(itemId)))
      return `None of its ${plural(this.#itemIds.size, "item id")} is in the items table, so nothing was looked for: see whether they are spelt as there.`;
    if (this.#people === 0) return "It is about nobody: its query gave no people, so nothing was looked at.";
    return undefined;
  }
}
