/** The films that the audience is shown, as its people see them: genres and fame. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Stars from which on a rating is a like; as in holt.config.ts. */
const LIKED_FROM = 3.5;
const FILM = /^(?<id>\d+),(?:".*"|[^",]*),(?<genres>[^",]+)$/;

export interface Film {
  id: string;
  genres: readonly string[];
  /** Likes of this film by likes of the most liked one, 0 to 1. */
  fame: number;
}

export interface Catalogue {
  films: ReadonlyMap<string, Film>;
  /** What each person of the data liked, in the order of the file. */
  likes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads MovieLens' `movies.csv` and `ratings.csv`.
 * @param folder of both files
 * @throws when a line is not as in MovieLens' files; the error names file and line
 */
export async function readCatalogue(folder: string): Promise<Catalogue> {
  const likes = new Map<string, string[]>();
  const count = new Map<string, number>();
  for (const { line, place } of await readLines(join(folder, "ratings.csv"))) {
    const [user, film, rating] = line.split(",");
    if (!user || !film || !rating || Number.isNaN(Number(rating)))
      throw new Error(`${place}: not a rating: ${line}`);
    if (Number(rating) < LIKED_FROM) continue;
    likes.set(user, [...(likes.get(user) ?? []), film]);
    count.set(film, (count.get(film) ?? 0) + 1);
  }
  const most = Math.max(1, ...count.values());
  const films = new Map<string, Film>();
  for (const { line, place } of await readLines(join(folder, "movies.csv"))) {
    const { id, genres } = FILM.exec(line)?.groups ?? {};
    if (!id || !genres) throw new Error(`${place}: not a film: ${line}`);
    films.set(id, { id, genres: genres.split("|"), fame: (count.get(id) ?? 0) / most });
  }
  return { films, likes };
}

async function readLines(file: string): Promise<{ line: string; place: string }[]> {
  const [, ...lines] = (await readFile(file, "utf8")).split(/\r?\n/);
  return lines.flatMap((line, index) => (line === "" ? [] : [{ line, place: `${file}, line ${index + 2}` }]));
}
