/**
 * A made-up history of the movies example, not people's: the simulated audience rates films day by day, new films come
 * out each week, and one delivery has it all, each row with the time at which it came. For drills, which need weeks of
 * days with hundreds of rows; MovieLens' own ratings are a dozen a day.
 *
 *   node examples/movies/simulate-deliveries.ts --to .holt/drill/movies --days 130
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { draw } from "./audience/draw.ts";
import { readCatalogue } from "./audience/films.ts";
import { ratingsOfDay } from "./audience/ratings.ts";
import { makeViewers } from "./audience/viewers.ts";

const { values } = parseArgs({
  options: {
    to: { type: "string" },
    days: { type: "string", default: "130" },
    people: { type: "string", default: "2000" },
    until: { type: "string", default: "2026-12-01" },
    seed: { type: "string", default: "1" },
  },
});
if (!values.to) throw new Error("--to is missing; name the folder to write the example into");
const [days, people, seed] = [Number(values.days), Number(values.people), Number(values.seed)];
const DAY_MS = 86_400_000;
/** Films that come out on a day, on average. */
const NEW_FILMS_A_DAY = 1;

const data = join(import.meta.dirname, "data");
const folder = join(values.to, "data");
await mkdir(folder, { recursive: true });
const catalogue = await readCatalogue(data);
const viewers = makeViewers(catalogue, { seed, people });
const start = Date.parse(`${values.until}T00:00:00Z`) - days * DAY_MS;
const ratings: string[] = [];
const seconds = (time: number) => Math.floor(time / 1_000);
const [, ...films] = (await readFile(join(data, "movies.csv"), "utf8")).trimEnd().split(/\r?\n/);
const titles = films.map((line) => `${line},0`);
const rated = new Set<string>();
let fresh: { id: string; genres: readonly string[] }[] = [];
for (let day = 0; day < days; day++) {
  const midnight = start + day * DAY_MS;
  if (draw(seed, "new film", day) < NEW_FILMS_A_DAY / 2) {
    const came = [1, 2].map((one) => ({ id: String(800_000 + day * 10 + one), genres: ["Drama"] }));
    for (const { id } of came) titles.push(`${id},New film ${id} (2026),Drama,${seconds(midnight)}`);
    fresh = [...fresh, ...came].slice(-20);
  }
  for (const rating of ratingsOfDay(viewers, { catalogue, fresh, rated, seed, day }))
    ratings.push(
      `${rating.user},${rating.film},${rating.stars},${seconds(midnight + rating.atShare * DAY_MS)},${rating.device},${rating.minutes ?? ""}`,
    );
}
await writeFile(
  join(folder, "ratings.csv"),
  `userId,movieId,rating,timestamp,device,minutes\n${ratings.join("\n")}\n`,
);
await writeFile(join(folder, "movies.csv"), `movieId,title,genres,listed\n${titles.join("\n")}\n`);
await copyFile(join(import.meta.dirname, "drilled.config.ts"), join(values.to, "holt.config.ts"));
console.log(`${values.to}: ${ratings.length} ratings of ${days} days, ${titles.length} films`);
