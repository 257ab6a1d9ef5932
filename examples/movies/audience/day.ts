/** One day of the audience at a server: who comes is shown a list, and what comes of it is told. */
import { draw } from "./draw.ts";
import type { Film } from "./films.ts";
import type { Viewer } from "./viewers.ts";
import { type PaysFor, type Reaction, visit } from "./visit.ts";

/** Share of all viewers that comes on a day. */
const COMES = 0.5;
const LISTS_AT_ONCE = 100;
const OUTCOMES_AT_ONCE = 1_000;
const LENGTH = 10;

/** What the day needs of a server; as in docs/serving.md. */
export interface Product {
  recommend(requests: { user: string; items: readonly string[]; k: number }[]): Promise<ShownList[]>;
  tell(outcomes: (Reaction & { id: string; recommendationId: string; currency?: "EUR" })[]): Promise<void>;
}

export interface ShownList {
  recommendationId: string;
  arm: string;
  items: readonly { id: string }[];
}

/** What one arm had on one day, as the audience itself counted it. */
export interface ArmDay {
  lists: number;
  clicks: number;
  /** In cents of euros. */
  spent: number;
}

/** @returns counts by arm */
export async function liveDay(
  product: Product,
  { viewers, films }: { viewers: readonly Viewer[]; films: ReadonlyMap<string, Film> },
  of: { seed: number; day: number; paysFor: PaysFor },
): Promise<Map<string, ArmDay>> {
  const counts = new Map<string, ArmDay>();
  const come = viewers.filter(({ id }) => draw(of.seed, id, of.day, "comes") < COMES);
  for (const group of slices(come, LISTS_AT_ONCE)) {
    const lists = await product.recommend(
      group.map(({ id, seen }) => ({ user: id, items: seen, k: LENGTH })),
    );
    const outcomes = group.flatMap((viewer, index) => {
      const list = lists[index];
      if (!list) throw new Error(`${group.length} lists were asked for, ${lists.length} came`);
      const reactions = visit(viewer, shownFilms(list, films), of);
      count(counts, list.arm, reactions);
      return reactions.map((reaction) => ({
        ...reaction,
        ...(reaction.kind === "spend" ? { currency: "EUR" as const } : {}),
        id: `${list.recommendationId}/${reaction.itemId}/${reaction.kind}`,
        recommendationId: list.recommendationId,
      }));
    });
    for (const part of slices(outcomes, OUTCOMES_AT_ONCE)) await product.tell(part);
  }
  return counts;
}

function shownFilms({ items }: ShownList, films: ReadonlyMap<string, Film>): Film[] {
  return items.map(({ id }) => films.get(id) ?? { id, genres: [], fame: 0 });
}

function count(counts: Map<string, ArmDay>, arm: string, reactions: readonly Reaction[]): void {
  const sofar = counts.get(arm) ?? { lists: 0, clicks: 0, spent: 0 };
  sofar.lists += 1;
  for (const { kind, amount } of reactions) {
    if (kind === "click") sofar.clicks += 1;
    if (amount !== undefined) sofar.spent += Math.round(Number(amount) * 100);
  }
  counts.set(arm, sofar);
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
