import { join } from "node:path";
import { expect, it } from "vitest";
import { liveDay, type Product, type ShownList } from "./day.ts";
import { type Film, readCatalogue } from "./films.ts";
import { ratingsOfDay } from "./ratings.ts";
import { makeViewers, type Viewer } from "./viewers.ts";
import { type PaysFor, visit } from "./visit.ts";

const SEED = 7;
const PEOPLE = 600;
const DAYS = 5;
const catalogue = await readCatalogue(join(import.meta.dirname, "..", "data"));
const viewers = makeViewers(catalogue, { seed: SEED, people: PEOPLE });
const byFame = [...catalogue.films.values()].sort((one, other) => other.fame - one.fame);

/** Lists as a model might make them: the most famous films, or half-known ones that the viewer would like. */
function famous({ seen }: Viewer): Film[] {
  return byFame.filter(({ id }) => !seen.includes(id)).slice(0, 10);
}
function fitting({ seen, likes }: Viewer): Film[] {
  const unseen = byFame.slice(100, 1_000).filter(({ id }) => !seen.includes(id));
  return unseen.sort((one, other) => Number(likes.has(other.id)) - Number(likes.has(one.id))).slice(0, 10);
}

function audience(paysFor: PaysFor, listOf: (viewer: Viewer) => Film[]): { clicks: number; spent: number } {
  const sums = { clicks: 0, spent: 0 };
  for (const viewer of viewers) {
    const list = listOf(viewer);
    for (let day = 0; day < DAYS; day++)
      for (const { kind, amount } of visit(viewer, list, { seed: SEED, day, paysFor })) {
        if (kind === "click") sums.clicks += 1;
        sums.spent += Number(amount ?? 0);
      }
  }
  return sums;
}

it("has the same viewers for the same seed, however many are asked for, and others for another", () => {
  const few = makeViewers(catalogue, { seed: SEED, people: 20 });
  expect(few).toEqual(viewers.slice(0, 20));
  expect(makeViewers(catalogue, { seed: SEED + 1, people: 20 })).not.toEqual(few);
  for (const { seen, taste } of viewers) {
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect([...taste.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  }
});

it("clicks more, and spends more, on lists that fit, where people pay for what fits", () => {
  const [plain, personal] = [audience("taste", famous), audience("taste", fitting)];
  expect(personal.clicks).toBeGreaterThan(1.5 * plain.clicks);
  expect(personal.spent).toBeGreaterThan(1.5 * plain.spent);
});

it("clicks more, and spends less, on lists that fit, where people pay for fame", () => {
  const [plain, personal] = [audience("fame", famous), audience("fame", fitting)];
  expect(personal.clicks).toBeGreaterThan(1.5 * plain.clicks);
  expect(personal.spent).toBeLessThan(0.9 * plain.spent);
});

it("tells a product of a day, each outcome once under its own id, and the same whatever the arm is called", async () => {
  const [first, second] = [await day("champion"), await day("candidate")];
  expect(first.counts.get("champion")).toEqual(second.counts.get("candidate"));
  expect(new Set(first.told.map(({ id }) => id)).size).toBe(first.told.length);
  const { lists, clicks, spent } = first.counts.get("champion") ?? { lists: 0, clicks: 0, spent: 0 };
  expect(lists).toBeGreaterThan(PEOPLE * 0.4);
  expect(first.told.filter(({ kind }) => kind === "click")).toHaveLength(clicks);
  const euros = first.told.flatMap(({ amount }) => (amount ? [Number(amount)] : []));
  expect(euros.reduce((sum, each) => sum + each, 0)).toBeCloseTo(spent / 100, 6);
});

it("names file and line of a film that isn't one", async () => {
  await expect(readCatalogue(import.meta.dirname)).rejects.toThrow("ratings.csv");
});

async function day(arm: string) {
  const told: Parameters<Product["tell"]>[0] = [];
  const product: Product = {
    recommend: async (requests) =>
      requests.map(
        ({ user }): ShownList => ({
          recommendationId: `of-${user}`,
          arm,
          items: fitting(viewers.find(({ id }) => id === user) as Viewer),
        }),
      ),
    tell: async (outcomes) => void told.push(...outcomes),
  };
  const of = { seed: SEED, day: 1, paysFor: "taste" as const };
  return { counts: await liveDay(product, { viewers, films: catalogue.films }, of), told };
}

it("rates films day by day, the same for the same seed, each film once, and more at weekends", () => {
  const days = () => {
    const rated = new Set<string>();
    return Array.from({ length: 14 }, (_, day) =>
      ratingsOfDay(viewers, { catalogue, fresh: [{ id: "new" }], rated, seed: SEED, day }),
    );
  };
  const all = days();
  expect(days()).toEqual(all);
  const pairs = all.flat().map(({ user, film }) => `${user}/${film}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  const counts = all.map((day) => day.length);
  expect(Math.min(counts[0] ?? 0, counts[6] ?? 0)).toBeGreaterThan(
    Math.max(counts[1] ?? 0, counts[2] ?? 0) * 1.2,
  );
});
