/** All that QA counts in its pass over everybody. Memory grows with items and slices, never with people. */
import { BASELINE, CHAMPION } from "./baseline.ts";
import type { Definition } from "./definition.ts";
import type { ToldCheck } from "./qa-check.ts";
import { ForbiddenCount } from "./qa-forbidden.ts";
import type { Items } from "./qa-items.ts";
import { MustHaveCount } from "./qa-must-have.ts";
import { checkReach, findUnreachable, measureReach } from "./qa-reach.ts";
import type { QaReport, Reach } from "./qa-report.ts";
import { SliceReachCount } from "./qa-slice-reach.ts";
import { checkSoundness } from "./qa-soundness.ts";
import type { ItemValues } from "./qa-values.ts";
import { ShelfCount } from "./shelf-count.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import type { SliceReach } from "./slices.ts";

export interface CountSettings {
  definition: Definition;
  candidate: string;
  items: Items;
  hasChampion: boolean;
  /** Item ids by the names of the lists and rules, as written down or asked for. */
  mustHave: ReadonlyMap<string, readonly string[]>;
  forbidden: ReadonlyMap<string, readonly string[]>;
}

export class QaCounts {
  readonly candidate: ShelfCount;
  readonly champion: ShelfCount | undefined;
  readonly #baseline: ShelfCount;
  readonly #slices: SliceReachCount;
  readonly #mustHave: MustHaveCount[];
  readonly #forbidden: { name: string; isForAll: boolean; count: ForbiddenCount }[];
  readonly #settings: CountSettings;
  #fallbackLength = 0;

  constructor(settings: CountSettings) {
    const { qa, evaluation } = settings.definition;
    this.#settings = settings;
    this.candidate = new ShelfCount(evaluation.k);
    this.champion = settings.hasChampion ? new ShelfCount(evaluation.k) : undefined;
    this.#baseline = new ShelfCount(evaluation.k);
    this.#slices = new SliceReachCount(evaluation.k, settings.items);
    this.#mustHave = Object.entries(qa.mustHave).map(
      ([name, asked]) => new MustHaveCount(name, asked, settings.mustHave.get(name) ?? []),
    );
    this.#forbidden = Object.entries(qa.forbidden).map(([name, rule]) => ({
      name,
      isForAll: rule.people === undefined,
      count: new ForbiddenCount(name, rule, settings.forbidden.get(name) ?? []),
    }));
  }

  /**
   * One person.
   * @param groups names of the rules that are about them @param isOwn which models answered themselves
   */
  add(
    person: PersonShelves,
    groups: readonly string[],
    isOwn: { candidate: boolean; champion: boolean },
  ): void {
    const { history, candidate, champion, baseline } = person;
    this.candidate.add(history, candidate, isOwn.candidate);
    if (champion) this.champion?.add(history, champion, isOwn.champion);
    this.#baseline.add(history, baseline);
    this.#slices.add(person, isOwn.candidate);
    for (const count of this.#mustHave) count.add(person);
    for (const { name, isForAll, count } of this.#forbidden)
      if (isForAll || groups.includes(name)) count.add(person);
  }

  /**
   * Those without history share one shelf.
   * @param missed people of each rule whom the interactions table doesn't know
   */
  addStrangers(
    shelves: Pick<PersonShelves, "candidate" | "champion" | "baseline">,
    missed: ReadonlyMap<string, number>,
  ): void {
    this.#fallbackLength = shelves.baseline.length;
    for (const { name, isForAll, count } of this.#forbidden) {
      const people = isForAll ? 1 : (missed.get(name) ?? 0);
      if (people > 0) count.add(shelves, people);
    }
  }

  checks(values: ItemValues): ToldCheck[] {
    const { definition, candidate, items } = this.#settings;
    return [
      ...this.#mustHave.map((count) => count.check(items, values)),
      ...this.#forbidden.map(({ count }) => count.check(items)),
      ...checkReach({ ...this.#findings(values), definition, candidate }),
      ...checkSoundness({ ...this.#findings(values), fallbackLength: this.#fallbackLength }),
    ];
  }

  /** A row each of the candidate, the popularity list and, when something is live, the champion. */
  reach(values: ItemValues): Reach[] {
    const findings = this.#findings(values);
    const { candidate } = this.#settings;
    return [
      measureReach(candidate, this.candidate, findings),
      ...(candidate === BASELINE ? [] : [measureReach(BASELINE, this.#baseline, findings)]),
      ...(this.champion ? [measureReach(CHAMPION, this.champion, findings)] : []),
    ];
  }

  unreachable(values: ItemValues): QaReport["unreachable"] {
    return findUnreachable(this.#findings(values));
  }

  sliceReach(values: ItemValues): Map<string, SliceReach> {
    return this.#slices.reach(values);
  }

  #findings(values: ItemValues) {
    return {
      count: this.candidate,
      championCount: this.champion,
      items: this.#settings.items,
      values,
    };
  }
}
