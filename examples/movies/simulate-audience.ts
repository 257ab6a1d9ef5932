/**
 * A simulated audience, not people: made-up viewers with the tastes of MovieLens' people look at a Holt server's lists
 * for some days, click, play and pay, and the server is told. The same seed has the same viewers with the same minds.
 *
 *   node examples/movies/simulate-audience.ts --url http://127.0.0.1:7400 --token-file service.token --pays-for fame
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { liveDay } from "./audience/day.ts";
import { readCatalogue } from "./audience/films.ts";
import { httpProduct } from "./audience/product.ts";
import { makeViewers } from "./audience/viewers.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:7400" },
    model: { type: "string", default: "movies" },
    "token-file": { type: "string" },
    people: { type: "string", default: "2000" },
    days: { type: "string", default: "7" },
    seed: { type: "string", default: "1" },
    "pays-for": { type: "string", default: "taste" },
  },
});
const paysFor = values["pays-for"];
if (paysFor !== "taste" && paysFor !== "fame")
  fail(`--pays-for "${paysFor}": write "taste" (of what fits them) or "fame" (of what everybody knows)`);
if (!values["token-file"]) fail("--token-file is missing; name the file with the token of a service account");
const seed = whole("seed", 0);
const days = whole("days", 1);
const people = whole("people", 1);

const catalogue = await readCatalogue(join(import.meta.dirname, "data"));
const viewers = makeViewers(catalogue, { seed, people });
const token = (await readFile(values["token-file"], "utf8")).trim();
const product = httpProduct({ url: values.url, model: values.model, token });
try {
  for (let day = 1; day <= days; day++) {
    const counts = await liveDay(product, { viewers, films: catalogue.films }, { seed, day, paysFor });
    for (const [arm, { lists, clicks, spent }] of [...counts].sort())
      console.log(
        `day ${day}, arm ${arm}: ${lists} lists, ${clicks} clicks, ${(spent / 100).toFixed(2)} EUR`,
      );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function whole(name: "seed" | "days" | "people", least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least)
    fail(`--${name} "${values[name]}": write a whole number from ${least}`);
  return value;
}

function fail(words: string): never {
  console.error(words);
  process.exit(2);
}
