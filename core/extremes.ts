/**
 * People at the edges: nobody's history, one item, the heaviest, a single genre, something new, something retired,
 * everything. Whoever they are, a shelf must come: as many items as fit or are left, none that they had, none that is
 * retired or unknown, in order, each once, with finite scores. Real people are judged as they pass by; situations that
 * nobody is in are made up and asked for.
 */
import { genreTable } from "./genres.ts";
import type { Items } from "./qa-items.ts";
import { isRanked } from "./shelf-count.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import { plural } from "./words.ts";

export const EXTREMES = [
  "no_history",
  "one_item",
  "heaviest",
  "single_genre",
  "new_item",
  "retired_item",
  "everything_seen",
] as const;
export type Extreme = (typeof EXTREMES)[number];

/** Of all people; of those who are heavier than the others. */
const HEAVIEST_SHARE = 0.001;
/** However many people there are, no more of the heaviest are kept. */
const MOST_HEAVIEST = 1_000;
/** Fewer items of one genre are no taste yet. */
const FEWEST_OF_GENRE = 3;
const MOST_EXAMPLES = 10;

export interface ExtremeSettings {
  k: number;
  items: Items;
  retired: ReadonlySet<string>;
  newItems: ReadonlySet<string>;
  /** By editorial rules. */
  isHidden?: (itemId: string) => boolean;
}

/** What was found of one kind. */
export interface ExtremeFinding {
  looked: number;
  /** Of those: people of the interactions table, not made up. */
  real: number;
  /** Answered by the popularity list's very items. */
  byPopularity: number;
  faulty: number;
  examples: string[];
  longest: number;
  shortest: number;
}

type Shelf = PersonShelves["candidate"];

export class ExtremeCases {
  readonly settings: ExtremeSettings;
  people = 0;
  readonly #genres: ReadonlyMap<string, string[]>;
  readonly #offered: number;
  readonly #found = new Map<Extreme, ExtremeFinding>();
  #heaviest: { length: number; look: Look }[] = [];
  /** Who has fewer items is none of the heaviest. */
  #lightest = 1;

  constructor(settings: ExtremeSettings) {
    this.settings = settings;
    this.#genres = genreTable(Array.from(settings.items, ([itemId, { genre }]) => [itemId, genre]));
    this.#offered = [...settings.items.keys()].filter((itemId) => this.#mayCome(itemId)).length;
  }

  #mayCome(itemId: string): boolean {
    const { retired, isHidden } = this.settings;
    return !retired.has(itemId) && !isHidden?.(itemId);
  }

  /** Judges a person of the interactions table in whatever extremes they are in. */
  add({ userId, history, candidate, baseline }: PersonShelves): void {
    this.people += 1;
    const look = () => ({
      who: `"${userId}"`,
      isReal: true,
      length: history.length,
      byPopularity: isSameShelf(candidate, baseline),
      fault: this.faultOf(history, candidate),
    });
    for (const kind of this.#kindsOf(history)) this.#note(kind, look());
    this.#keepHeavy(history.length, look);
  }

  /** Judges a situation that was made up. `shelf`: what came, or why nothing did. */
  addSituation(
    kind: Extreme,
    of: { who: string; history: readonly string[]; shelf: Shelf | Error; byPopularity: boolean },
  ): void {
    this.#note(kind, {
      who: of.who,
      isReal: false,
      length: of.history.length,
      byPopularity: of.byPopularity,
      fault:
        of.shelf instanceof Error
          ? `gets no answer (${of.shelf.message})`
          : this.faultOf(of.history, of.shelf),
    });
  }

  /** What was found of a kind; undefined when nobody was in it and nothing was made up. */
  finding(kind: Extreme): ExtremeFinding | undefined {
    if (kind !== "heaviest" || this.#heaviest.length === 0) return this.#found.get(kind);
    const most = Math.min(MOST_HEAVIEST, Math.ceil(this.people * HEAVIEST_SHARE));
    const found = emptyFinding();
    for (const { look } of this.#heaviestOf(most)) noteIn(found, look);
    return found;
  }

  /** Items that may come: in the items table, not retired, not hidden. */
  get offered(): number {
    return this.#offered;
  }

  /** What is wrong with a shelf, in words that go on from whose it is; undefined when nothing is. */
  faultOf(history: readonly string[], shelf: Shelf): string | undefined {
    const { k, items, retired } = this.settings;
    const had = new Set(history);
    const ids = shelf.map(({ itemId }) => itemId);
    const some = (is: (itemId: string) => boolean) => ids.find(is);
    const twice = some((itemId) => ids.indexOf(itemId) !== ids.lastIndexOf(itemId));
    if (twice !== undefined) return `gets "${twice}" twice`;
    if (!isRanked(shelf)) return "gets items out of order, or a score that is no finite number";
    const seen = shelf.find(({ itemId, rule }) => rule !== "pin" && had.has(itemId))?.itemId;
    if (seen !== undefined) return `gets "${seen}" again`;
    const gone = some((itemId) => retired.has(itemId));
    if (gone !== undefined) return `gets "${gone}", which is retired`;
    const unknown = some((itemId) => !items.has(itemId));
    if (unknown !== undefined) return `gets "${unknown}", which is not in the items table`;
    const taken = [...had].filter((itemId) => items.has(itemId) && this.#mayCome(itemId)).length;
    const wanted = Math.min(k, this.#offered - taken);
    return ids.length < wanted
      ? `gets ${plural(ids.length, "item")}, not the ${wanted} that fit and are left`
      : undefined;
  }

  #kindsOf(history: readonly string[]): Extreme[] {
    const { retired, newItems, items } = this.settings;
    return [
      ...(history.length === 0 ? ["no_history" as const] : []),
      ...(history.length === 1 ? ["one_item" as const] : []),
      ...(this.#isOfOneGenre(history) ? ["single_genre" as const] : []),
      ...(history.some((itemId) => newItems.has(itemId)) ? ["new_item" as const] : []),
      ...(history.some((itemId) => retired.has(itemId) || !items.has(itemId))
        ? ["retired_item" as const]
        : []),
      ...(history.length >= this.#offered && this.#sawAll(history) ? ["everything_seen" as const] : []),
    ];
  }

  #isOfOneGenre(history: readonly string[]): boolean {
    if (history.length < FEWEST_OF_GENRE) return false;
    const [only, ...others] = this.#genres.get(history[0] as string) ?? [];
    return (
      only !== undefined &&
      others.length === 0 &&
      history.every((itemId) => {
        const genres = this.#genres.get(itemId);
        return genres?.length === 1 && genres[0] === only;
      })
    );
  }

  #sawAll(history: readonly string[]): boolean {
    const { items, retired } = this.settings;
    const had = new Set(history);
    for (const itemId of items.keys()) if (!retired.has(itemId) && !had.has(itemId)) return false;
    return this.#offered > 0;
  }

  #note(kind: Extreme, look: Look): void {
    const found = this.#found.get(kind) ?? emptyFinding();
    this.#found.set(kind, found);
    noteIn(found, look);
  }

  /** Twice as many as could be wanted, then the lighter half goes: sorting comes once in a thousand people. */
  #keepHeavy(length: number, look: () => Look): void {
    if (length < this.#lightest) return;
    this.#heaviest.push({ length, look: look() });
    if (this.#heaviest.length < 2 * MOST_HEAVIEST) return;
    this.#heaviest = this.#heaviestOf(MOST_HEAVIEST);
    this.#lightest = this.#heaviest.at(-1)?.length ?? 1;
  }

  #heaviestOf(most: number) {
    return this.#heaviest
      .toSorted((a, b) => b.length - a.length || (a.look.who < b.look.who ? -1 : 1))
      .slice(0, most);
  }
}

interface Look {
  who: string;
  isReal: boolean;
  length: number;
  byPopularity: boolean;
  fault: string | undefined;
}

function emptyFinding(): ExtremeFinding {
  return {
    ...{ looked: 0, real: 0, byPopularity: 0, faulty: 0, examples: [] },
    ...{ longest: 0, shortest: Number.POSITIVE_INFINITY },
  };
}

function noteIn(found: ExtremeFinding, { who, isReal, length, byPopularity, fault }: Look): void {
  found.looked += 1;
  if (isReal) found.real += 1;
  if (byPopularity) found.byPopularity += 1;
  found.longest = Math.max(found.longest, length);
  found.shortest = Math.min(found.shortest, length);
  if (fault === undefined) return;
  found.faulty += 1;
  if (found.examples.length < MOST_EXAMPLES)
    found.examples.push(`${who} (${plural(length, "item")}) ${fault}`);
}

function isSameShelf(some: Shelf, others: Shelf): boolean {
  return some.length === others.length && some.every(({ itemId }, place) => itemId === others[place]?.itemId);
}
