/** The demo's own copy of the example, whose files it delivers, and stops delivering. */
import { existsSync } from "node:fs";
import { appendFile, copyFile, cp, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "movies");
const DEFINITION = "holt.config.ts";
const DATA = [join("data", "ratings.csv"), join("data", "movies.csv")];
/** Beyond the 36 h that the definition promises. */
const DAYS_WITHOUT_TITLES = 3;
const DAY_MS = 86_400_000;
/** Films that came out after the titles stopped, so that those lack their ids; enough for the monitor to notice. */
const NEW_FILMS = Array.from({ length: 60 }, (_, index) => String(900_001 + index));
const RATED_BY = ["15", "73", "547"];

export interface DemoProject {
  folder: string;
  definitionFile: string;
  /** The definition is no longer the example's: a person changed it, or the example has changed since. */
  isChanged: boolean;
}

/**
 * Copies the example when it isn't there, and delivers both of its files anew, whatever an earlier demo did to them. The
 * definition stays as a person left it.
 */
export async function deliverProject(home: string): Promise<DemoProject> {
  const folder = join(home, "demo", "movies");
  const definitionFile = join(folder, DEFINITION);
  if (!existsSync(definitionFile)) await cp(EXAMPLE, folder, { recursive: true });
  const now = new Date();
  for (const file of DATA) {
    await copyFile(join(EXAMPLE, file), join(folder, file));
    await utimes(join(folder, file), now, now);
  }
  const [theirs, ours] = await Promise.all([readFile(definitionFile), readFile(join(EXAMPLE, DEFINITION))]);
  return { folder, definitionFile, isChanged: !theirs.equals(ours) };
}

/** The hidden failure: titles come no more, while ratings do, also of films that are newer than the titles. */
export async function stopTitles({ folder }: DemoProject): Promise<{ days: number; newFilms: number }> {
  const now = new Date();
  const then = new Date(now.getTime() - DAYS_WITHOUT_TITLES * DAY_MS);
  const seconds = Math.floor(now.getTime() / 1_000);
  const rows = NEW_FILMS.flatMap((film) => RATED_BY.map((person) => `${person},${film},4.5,${seconds}\n`));
  await appendFile(join(folder, "data", "ratings.csv"), rows.join(""));
  await utimes(join(folder, "data", "movies.csv"), then, then);
  return { days: DAYS_WITHOUT_TITLES, newFilms: NEW_FILMS.length };
}
