import { draw } from "./draw.ts";
import type { Catalogue } from "./films.ts";

/** Likes of a person of the data, at least: less would tell no taste. */
const LEAST_LIKES = 10;
/** How many films a viewer has seen before the first visit. */
const SEEN = { least: 3, most: 10 };

export interface Viewer {
  id: string;
  /** Films that the viewer has seen, oldest first: the history that a model gets. */
  seen: readonly string[];
  /** Films that the viewer would like: what the viewer's model in the data did. */
  likes: ReadonlySet<string>;
  /** Share of each genre among those, 0 to 1. */
  taste: ReadonlyMap<string, number>;
  /** How readily the viewer pays: 1 is usual; few have much more. */
  purse: number;
}

/**
 * Makes viewers up: each has the taste of a person of the data, and has seen some of what that person liked. The same
 * seed gives the same viewers, whatever their number.
 */
export function makeViewers({ films, likes }: Catalogue, { seed, people }: { seed: number; people: number }) {
  const models = [...likes.values()].filter((liked) => liked.length >= LEAST_LIKES);
  if (models.length === 0) throw new Error(`nobody in the data liked ${LEAST_LIKES} films or more`);
  return Array.from({ length: people }, (_, index): Viewer => {
    const id = `viewer-${seed}-${index + 1}`;
    const pick = (below: number, ...names: (string | number)[]) =>
      Math.floor(draw(seed, id, ...names) * below);
    const liked = models[pick(models.length, "model")] ?? [];
    const count = SEEN.least + pick(SEEN.most - SEEN.least + 1, "seen");
    const start = pick(liked.length - SEEN.least, "first film");
    return {
      id,
      seen: liked.slice(start, start + count),
      likes: new Set(liked),
      taste: shareOfGenres(liked.flatMap((film) => films.get(film)?.genres ?? [])),
      // Log-normal, as spending is in most shops: half of all pay less than 1, one in forty more than 7.
      purse: Math.exp(normal(draw(seed, id, "purse"), draw(seed, id, "purse again"))),
    };
  });
}

function shareOfGenres(genres: readonly string[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const genre of genres) shares.set(genre, (shares.get(genre) ?? 0) + 1 / genres.length);
  return shares;
}

/** A standard normal number of two even ones (Box and Muller 1958). */
function normal(even: number, other: number): number {
  return Math.sqrt(-2 * Math.log(1 - even)) * Math.cos(2 * Math.PI * other);
}
