/**
 * The rule "one more play of a genre must not lower that genre": somebody's shelf is asked for twice, the second time
 * with one more item of a genre in the history, a real one that they haven't seen and that stood on neither shelf. The
 * genre is lowered when it has fewer of the shelf's places than before, or as many with the first of them further down.
 */
import type { QaSettings } from "./definition-qa.ts";
import { genreTable, itemsByGenre } from "./genres.ts";
import { type Items, titleOf } from "./qa-items.ts";
import type { Check } from "./qa-report.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import { formatShare, plural } from "./words.ts";

/** People who are asked for, drawn evenly from all. */
export const PLAY_PEOPLE = 200;
/** Genres that each plays one more of. */
export const PLAY_GENRES = 2;
/** Least pairs of person and genre that a share is told from. */
const FEWEST_PAIRS = 30;
const MOST_EXAMPLES = 10;
/** Draws of an item before a genre is given up for a person: all that is left of it may be seen or shown. */
const MOST_DRAWS = 20;

/** One more play to try. */
export interface Play {
  userId: string;
  history: readonly string[];
  before: readonly string[];
  genre: string;
  itemId: string;
}

/** Draws people in one pass (Vitter's reservoir), then what each plays. The same seed draws the same. */
export class PlaySample {
  readonly #random: () => number;
  readonly #people: Pick<PersonShelves, "userId" | "history" | "candidate">[] = [];
  #seen = 0;

  /** @param random numbers from 0 up to but not including 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Takes part in the draw, if there is a history that a play could be one more of. */
  add({ userId, history, candidate }: PersonShelves): void {
    if (history.length === 0) return;
    this.#seen += 1;
    const place = this.#seen <= PLAY_PEOPLE ? this.#seen - 1 : Math.floor(this.#random() * this.#seen);
    if (place < PLAY_PEOPLE) this.#people[place] = { userId, history, candidate };
  }

  /** The plays. Only of items that somebody had: of any other a model knows nothing. */
  plays(items: Items, hadBy: (itemId: string) => boolean): Play[] {
    const known = Array.from(items).filter(([itemId]) => hadBy(itemId));
    const byGenre = itemsByGenre(genreTable(known.map(([itemId, { genre }]) => [itemId, genre])));
    const genres = [...byGenre.keys()].sort();
    return this.#people.flatMap(({ userId, history, candidate }) => {
      const before = candidate.map(({ itemId }) => itemId);
      const taken = new Set([...history, ...before]);
      return this.#drawGenres(genres).flatMap((genre) => {
        const itemId = this.#drawItem(byGenre.get(genre) ?? [], taken);
        return itemId === undefined ? [] : [{ userId, history, before, genre, itemId }];
      });
    });
  }

  #drawGenres(genres: readonly string[]): string[] {
    const left = [...genres];
    return Array.from({ length: Math.min(PLAY_GENRES, left.length) }, () => this.#take(left));
  }

  #take(from: string[]): string {
    return from.splice(Math.floor(this.#random() * from.length), 1)[0] as string;
  }

  #drawItem(from: readonly string[], taken: ReadonlySet<string>): string | undefined {
    for (let draw = 0; draw < MOST_DRAWS; draw += 1) {
      const itemId = from[Math.floor(this.#random() * from.length)];
      if (itemId !== undefined && !taken.has(itemId)) return itemId;
    }
    return undefined;
  }
}

/** Whether a genre was lowered, and how: places and first place before and after; undefined when it wasn't. */
export function lowering(
  before: readonly string[],
  after: readonly string[],
  isOfGenre: (itemId: string) => boolean,
): { before: number; after: number; firstBefore: number; firstAfter: number } | undefined {
  const [was, is] = [before.filter(isOfGenre).length, after.filter(isOfGenre).length];
  const [firstBefore, firstAfter] = [before.findIndex(isOfGenre), after.findIndex(isOfGenre)];
  if (is > was || (is === was && (was === 0 || firstAfter <= firstBefore))) return undefined;
  return { before: was, after: is, firstBefore: firstBefore + 1, firstAfter: firstAfter + 1 };
}

/** What came of the plays: counts, and the worst of those that lowered their genre. */
export class PlayOutcomes {
  readonly #items: Items;
  readonly #genres: ReadonlyMap<string, string[]>;
  readonly #people = new Set<string>();
  #pairs = 0;
  readonly #lowered: { places: number; words: string }[] = [];

  constructor(items: Items) {
    this.#items = items;
    this.#genres = genreTable(Array.from(items, ([itemId, { genre }]) => [itemId, genre]));
  }

  add({ userId, before, genre, itemId }: Play, after: readonly string[]): void {
    this.#pairs += 1;
    this.#people.add(userId);
    const isOfGenre = (id: string) => this.#genres.get(id)?.includes(genre) ?? false;
    const found = lowering(before, after, isOfGenre);
    if (!found) return;
    const played = `"${userId}" plays "${titleOf(this.#items, itemId)}" (${genre})`;
    const words =
      found.after < found.before
        ? `${played}: ${genre} falls from ${plural(found.before, "place")} to ${found.after}`
        : `${played}: the first of ${genre} falls from place ${found.firstBefore} to ${found.firstAfter}`;
    this.#lowered.push({ places: found.before - found.after, words });
  }

  check(settings: NonNullable<QaSettings["behaviour"]["oneMorePlay"]>): Check {
    const share = this.#pairs < FEWEST_PAIRS ? null : this.#lowered.length / this.#pairs;
    const tried = `${plural(this.#people.size, "person", "people")} with one more play of up to ${PLAY_GENRES} genres each, ${plural(this.#pairs, "pair")}`;
    return {
      id: "behaviour.one_more_play",
      group: "behaviour",
      title: "One more play of a genre doesn't lower it",
      verdict: share === null ? "inconclusive" : share <= settings.atMost ? "pass" : "fail",
      severity: settings.severity,
      value: share,
      threshold: settings.atMost,
      unit: "share",
      championValue: null,
      sampleSize: this.#pairs,
      owner: null,
      explanation:
        share === null
          ? `Cannot tell: ${plural(this.#pairs, "pair")} of person and genre, ${FEWEST_PAIRS} needed.`
          : `Of ${tried}, ${formatShare(share)} lowered the genre on the shelf; at most ${formatShare(settings.atMost)} may.`,
      examples: this.#lowered
        .toSorted((a, b) => b.places - a.places)
        .slice(0, MOST_EXAMPLES)
        .map(({ words }) => words),
    };
  }
}
