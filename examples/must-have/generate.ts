/**
 * Makes data/films.csv and data/plays.csv, the same bytes each time: `node examples/must-have/generate.ts`.
 *
 * Most people have one of four common tastes, which few hidden factors describe well. A few watch films of four small
 * genres beside, among them half of the studio's originals. A model with one factor a taste ranks better for nearly
 * everybody, and has no room for the small ones.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SEED = 2;
const COMMON = ["Crime", "Comedy", "Drama", "Adventure"];
const SMALL = ["Silent film", "Opera", "Surfing", "Chess"];
const FILMS_OF_COMMON = 45;
const ORIGINALS_OF_COMMON = 5;
/** All of them originals. */
const FILMS_OF_SMALL = 5;
const PEOPLE_OF_COMMON = 190;
const PEOPLE_OF_SMALL = 10;
/** Films that somebody with one taste watched; that somebody with two watched of each. */
const WATCHED = 11;
const WATCHED_OF_COMMON = 8;
const WATCHED_OF_SMALL = 3;
/** How much more the first films of a taste are watched than the last. */
const SKEW = 1.6;
const FIRST_PLAY_S = 1_735_700_000;

const FIRST_WORDS =
  "Northern Silver Quiet Broken Golden Last Hidden Paper Winter Scarlet Distant Velvet Iron Hollow Crimson".split(
    " ",
  );
const SECOND_WORDS =
  "Harbour Garden Station Letter River Orchard Mirror Bridge Lantern Island Train Window Market Tower".split(
    " ",
  );

interface Film {
  id: string;
  title: string;
  genre: string;
  original: boolean;
}

const random = randomNumbers(SEED);
const titles = shuffled(FIRST_WORDS.flatMap((first) => SECOND_WORDS.map((second) => `${first} ${second}`)));
const films: Film[] = [];
const common = COMMON.map((genre) => addFilms(genre, FILMS_OF_COMMON, ORIGINALS_OF_COMMON));
const small = SMALL.map((genre) => addFilms(genre, FILMS_OF_SMALL, FILMS_OF_SMALL));
const folder = join(import.meta.dirname, "data");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "films.csv"), filmsCsv());
writeFileSync(join(folder, "plays.csv"), playsCsv());

function addFilms(genre: string, count: number, originals: number): Film[] {
  const added = Array.from({ length: count }, (_, index) => ({
    id: `f${String(films.length + index + 1).padStart(3, "0")}`,
    title: titles.pop() as string,
    genre,
    original: index < originals,
  }));
  films.push(...added);
  return added;
}

function filmsCsv(): string {
  const lines = films.map(({ id, title, genre, original }) => `${id},${title},${genre},${original}`);
  return `${["film_id,title,genre,original", ...lines].join("\n")}\n`;
}

function playsCsv(): string {
  const histories = [
    ...common.flatMap((taste) => Array.from({ length: PEOPLE_OF_COMMON }, () => pick(taste, WATCHED, SKEW))),
    ...small.flatMap((taste, index) =>
      Array.from({ length: PEOPLE_OF_SMALL }, () =>
        shuffled([
          ...pick(common[index] as Film[], WATCHED_OF_COMMON, SKEW),
          ...pick(taste, WATCHED_OF_SMALL, 1),
        ]),
      ),
    ),
  ];
  const lines = histories.flatMap((history, person) =>
    history.map(({ id }, place) => {
      const at = FIRST_PLAY_S + person * 40_000 + place * 7_200;
      return `p${String(person + 1).padStart(3, "0")},${id},${at}`;
    }),
  );
  return `${["user_id,film_id,played_at", ...lines].join("\n")}\n`;
}

/** Different films of a taste; with a skew above 1 the first ones more often. */
function pick(from: readonly Film[], count: number, skew: number): Film[] {
  const picked = new Set<Film>();
  while (picked.size < count) picked.add(from[Math.floor(random() ** skew * from.length)] as Film);
  return [...picked];
}

/** Fisher and Yates. */
function shuffled<T>(values: readonly T[]): T[] {
  const mixed = [...values];
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other] as T, mixed[index] as T];
  }
  return mixed;
}

/** Park and Miller's generator: the same numbers everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
