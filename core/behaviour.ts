/** How the lists look beside what is live: fed person by person, memory grows with the items only. */
import { BASELINE, CHAMPION } from "./baseline.ts";
import { genreTable } from "./genres.ts";
import { kendallTauB } from "./kendall.ts";
import type { Items } from "./qa-items.ts";
import type { Behaviour } from "./qa-report.ts";
import type { PersonShelves } from "./shelf-pass.ts";

/** Part of the catalogue whose places are counted together. */
const DECILE = 0.1;

type Shelf = PersonShelves["candidate"];

class Sum {
  total = 0;
  count = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.total += value;
    this.count += 1;
  }

  mean(): number | null {
    return this.count === 0 ? null : this.total / this.count;
  }
}

/** What was counted of one subject's lists. */
interface Lists {
  overlap: Sum;
  rankCorrelation: Sum;
  diversity: Sum;
  shownTo: Map<string, number>;
}

export class ShelfBehaviour {
  people = 0;
  readonly #items: Items;
  readonly #genres: ReadonlyMap<string, string[]>;
  readonly #hadBy = new Map<string, number>();
  readonly #subjects = new Map<string, Lists>();
  readonly #candidate: string;

  constructor({ items, candidate }: { items: Items; candidate: string }) {
    this.#items = items;
    this.#candidate = candidate;
    this.#genres = genreTable(Array.from(items, ([itemId, { genre }]) => [itemId, genre]));
  }

  add({ history, candidate, champion, baseline }: PersonShelves): void {
    this.people += 1;
    for (const itemId of history) this.#hadBy.set(itemId, (this.#hadBy.get(itemId) ?? 0) + 1);
    this.#count(this.#candidate, candidate, champion);
    if (this.#candidate !== BASELINE) this.#count(BASELINE, baseline, champion);
    if (champion) this.#count(CHAMPION, champion, champion);
  }

  /** How many people had an item. */
  hadBy(itemId: string): number {
    return this.#hadBy.get(itemId) ?? 0;
  }

  /** A row each of the candidate, the popularity list and, when something is live, the champion. */
  result(): Behaviour[] {
    return [...this.#subjects].map(([subject, { overlap, rankCorrelation, diversity, shownTo }]) => ({
      subject,
      overlap: overlap.mean(),
      rankCorrelation: rankCorrelation.mean(),
      diversity: diversity.mean(),
      novelty: this.#novelty(shownTo),
      topDecileShare: this.#topDecileShare(shownTo),
    }));
  }

  #count(subject: string, shelf: Shelf, champion: Shelf | undefined): void {
    const lists = this.#listsOf(subject);
    const ids = shelf.map(({ itemId }) => itemId);
    for (const itemId of ids) lists.shownTo.set(itemId, (lists.shownTo.get(itemId) ?? 0) + 1);
    lists.diversity.add(this.#diversityOf(ids));
    if (!champion) return;
    const live = shelf === champion ? ids : champion.map(({ itemId }) => itemId);
    lists.overlap.add(overlapOf(ids, live));
    lists.rankCorrelation.add(kendallTauB(ids, live));
  }

  #listsOf(subject: string): Lists {
    const known = this.#subjects.get(subject);
    if (known) return known;
    const lists = {
      overlap: new Sum(),
      rankCorrelation: new Sum(),
      diversity: new Sum(),
      shownTo: new Map<string, number>(),
    };
    this.#subjects.set(subject, lists);
    return lists;
  }

  /** Share of pairs of the list's items that have no genre in common; items without one are in no pair. */
  #diversityOf(ids: readonly string[]): number | undefined {
    const genres = ids.flatMap((itemId) => {
      const own = this.#genres.get(itemId);
      return own ? [own] : [];
    });
    let differing = 0;
    genres.forEach((some, place) => {
      for (const others of genres.slice(place + 1))
        if (!some.some((genre) => others.includes(genre))) differing += 1;
    });
    return genres.length < 2 ? undefined : differing / ((genres.length * (genres.length - 1)) / 2);
  }

  /**
   * Mean self-information of the places' items in bits, -log2 of the share of people who had the item (Zhou et al.
   * 2010). An item that nobody had counts as had by one person, as rare as can be told from so many people.
   */
  #novelty(shownTo: ReadonlyMap<string, number>): number | null {
    const bits = new Sum();
    for (const [itemId, places] of shownTo) {
      const share = Math.max(1, this.#hadBy.get(itemId) ?? 0) / this.people;
      bits.total += places * -Math.log2(share);
      bits.count += places;
    }
    return bits.mean();
  }

  /** Share of all places that the most shown 10 % of the items table's items take, rounded up to whole items. */
  #topDecileShare(shownTo: ReadonlyMap<string, number>): number | null {
    const counts = [...shownTo.values()].sort((a, b) => b - a);
    const places = counts.reduce((sum, count) => sum + count, 0);
    if (places === 0 || this.#items.size === 0) return null;
    const most = counts.slice(0, Math.ceil(this.#items.size * DECILE));
    return most.reduce((sum, count) => sum + count, 0) / places;
  }
}

/** Share of a list that the champion shows too; undefined of an empty list, unless the champion's is empty as well. */
function overlapOf(ids: readonly string[], live: readonly string[]): number | undefined {
  if (ids.length === 0) return live.length === 0 ? 1 : undefined;
  const shown = new Set(live);
  return ids.filter((itemId) => shown.has(itemId)).length / ids.length;
}
