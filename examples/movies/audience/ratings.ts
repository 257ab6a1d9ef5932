/** What the simulated audience rates on a day: the weekend sees more than the week, and everybody rates a film once. */
import { draw } from "./draw.ts";
import type { Catalogue } from "./films.ts";
import type { Viewer } from "./viewers.ts";

/** Share of all viewers that rate something, by the days of a week. */
const RATES = [0.3, 0.17, 0.16, 0.17, 0.18, 0.24, 0.32];
/** Share of the ratings that go to films that have just come out. */
const FRESH = 0.05;
const DEVICES = [
  ["tv", 0.5],
  ["web", 0.75],
  ["phone", 0.92],
  ["tablet", 1],
] as const;
/** Share of the ratings without minutes: whoever saw the film elsewhere. */
const ELSEWHERE = 0.1;
const STARS = [2, 2.5, 3, 3, 3.5, 3.5, 4, 4, 4, 4.5, 5];

export interface DailyRating {
  user: string;
  film: string;
  stars: number;
  /** When in the day, 0 to 1. */
  atShare: number;
  device: (typeof DEVICES)[number][0];
  minutes: number | null;
}

export interface RatingDay {
  catalogue: Catalogue;
  fresh: readonly { id: string }[];
  /** Viewer and film, as `v/f`, of all days before; today's are added. */
  rated: Set<string>;
  seed: number;
  day: number;
}

/** In the order of the viewers. The same seed gives the same days. */
export function ratingsOfDay(viewers: readonly Viewer[], of: RatingDay): DailyRating[] {
  const { seed, day } = of;
  const films = [...of.catalogue.films.keys()];
  // how good a day it is differs: weather, football
  const mood = Math.exp(
    0.08 * (draw(seed, "mood", day) + draw(seed, "mood again", day) + draw(seed, "third", day) - 1.5),
  );
  const share = (RATES[day % RATES.length] ?? 0) * mood;
  return viewers.flatMap((viewer): DailyRating[] => {
    const chance = (name: string) => draw(seed, viewer.id, day, name);
    if (chance("rates") >= share) return [];
    const liked = [...viewer.likes];
    const pick = <Item>(list: readonly Item[]) => list[Math.floor(chance("which") * list.length)];
    const isFresh = of.fresh.length > 0 && chance("fresh") < FRESH;
    const film = isFresh ? pick(of.fresh)?.id : chance("taste") < 0.6 ? pick(liked) : pick(films);
    if (film === undefined || of.rated.has(`${viewer.id}/${film}`)) return [];
    of.rated.add(`${viewer.id}/${film}`);
    const device = DEVICES.find(([, below]) => chance("device") < below)?.[0] ?? "web";
    return [
      {
        ...{ user: viewer.id, film, device },
        stars: STARS[Math.floor(chance("stars") * STARS.length)] ?? 3,
        atShare: 0.3 + 0.69 * chance("hour"),
        minutes: chance("elsewhere") < ELSEWHERE ? null : Math.round(40 + 110 * chance("minutes")),
      },
    ];
  });
}
