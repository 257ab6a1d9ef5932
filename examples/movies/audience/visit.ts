import { draw } from "./draw.ts";
import type { Film } from "./films.ts";
import type { Viewer } from "./viewers.ts";

/** What a click on a film comes from (log-odds): nothing, that the viewer would like it, and how well its genres fit. */
const CLICK = { always: -4, liked: 3, genres: 8 };
/** Chance that a click becomes a rental, for somebody with a purse of 1 and a film that moves them fully. */
const PAYS = 0.3;
/** What films rent for, in euros. */
const RENTS = ["2.99", "3.99", "4.99"] as const;
/** Nobody rents more than one film in this many tries, however full the purse. */
const MOST_LIKELY = 0.9;

/** What moves people to pay for what they clicked: films of their taste, or those that everybody talks about. */
export type PaysFor = "taste" | "fame";

export interface Reaction {
  kind: "click" | "play" | "spend";
  itemId: string;
  /** Of `spend`: text, in euros. */
  amount?: string;
}

/**
 * What a viewer does with one list: looks at the first places more than at the last, clicks what fits, and may pay.
 * Which version made the list plays no part; only what is on it.
 * @param films as shown, best first
 * @param of day: names the visit, so that each has its own chance
 */
export function visit(
  viewer: Viewer,
  films: readonly Film[],
  { seed, day, paysFor }: { seed: number; day: number; paysFor: PaysFor },
): Reaction[] {
  const chance = (...names: string[]) => draw(seed, viewer.id, day, ...names);
  return films.flatMap((film, place): Reaction[] => {
    const isLiked = viewer.likes.has(film.id);
    if (chance("sees", film.id) >= 1 / Math.log2(place + 2)) return [];
    if (
      chance("clicks", film.id) >=
      logistic(CLICK.always + (isLiked ? CLICK.liked : 0) + CLICK.genres * fitOf(viewer, film))
    )
      return [];
    const moved = paysFor === "taste" ? (isLiked ? 1 : 0.1) : film.fame;
    const pays = chance("pays", film.id) < Math.min(MOST_LIKELY, PAYS * moved * viewer.purse);
    return [
      { kind: "click", itemId: film.id },
      { kind: "play", itemId: film.id },
      ...(pays ? [{ kind: "spend" as const, itemId: film.id, amount: rentOf(film) }] : []),
    ];
  });
}

/** Each film has one price, which has nothing to do with who likes it. */
function rentOf({ id }: Film): string {
  return RENTS[Math.floor(draw(0, id, "rent") * RENTS.length)] ?? RENTS[0];
}

/** How much of the viewer's taste a film's genres hold, on average over them: 0 to 1. */
function fitOf({ taste }: Viewer, { genres }: Film): number {
  return genres.reduce((sum, genre) => sum + (taste.get(genre) ?? 0), 0) / genres.length;
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}
