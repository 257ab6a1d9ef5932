import type { Database } from "../../db/connection.ts";
import { findListAgain, findListsAgain, type PersonList } from "../../db/materialised.ts";
import type { Recommendation } from "../../scoring/recommender.ts";
import { LookUps } from "./look-ups.ts";
import { unseenOf } from "./popularity-list.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { ServedModel } from "./served-version.ts";

/** Of V8, about: an item of a list beside the characters of its id. */
const ITEM_BYTES = 96;

/** The lists of materialised versions, one table a version, looked up by person. */
export class WrittenLists {
  readonly #lookUps: LookUps<readonly Recommendation[]>;
  /** By list in memory: what was left of it, and of which history. */
  readonly #left = new WeakMap<
    readonly Recommendation[],
    { history: readonly string[]; left: readonly Recommendation[] }
  >();

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    this.#lookUps = new LookUps<readonly Recommendation[]>({
      ...{ database, mostMb, onProblem, nobody: [] },
      ask: async (pool, tableName, userId) => {
        const list = await findListAgain(pool, tableName, userId);
        return list ? toItems(list) : [];
      },
      askMany: async (pool, tableName, userIds) => {
        const lists = await findListsAgain(pool, tableName, userIds);
        return new Map(lists.map((list) => [list.userId, toItems(list)]));
      },
      sizeOf: (list) => list.reduce((size, { itemId }) => size + ITEM_BYTES + itemId.length, 0),
    });
  }

  /** A version's lists in a model's place. @throws its table isn't there, or PostgreSQL doesn't answer */
  async open(tableName: string): Promise<ServedModel> {
    const lookUps = this.#lookUps;
    const leftOf = (list: readonly Recommendation[], history: readonly string[]) =>
      this.#leftOf(list, history);
    await lookUps.try(tableName);
    return {
      isByPerson: true,
      // the version before has its lists in the same database
      isGivenUp: false,
      get problem() {
        return lookUps.problem;
      },
      async recommend(history, k, user) {
        const list = await lookUps.find(tableName, user);
        if (!list) throw new ModelAway(`lists: could not be looked up (${lookUps.problem})`);
        return leftOf(list, history).slice(0, k);
      },
      close: async () => undefined,
    };
  }

  /** Both are in memory and stay as they are, so what is left stays, too. */
  #leftOf(list: readonly Recommendation[], history: readonly string[]): readonly Recommendation[] {
    const known = this.#left.get(list);
    if (known?.history === history) return known.left;
    const unseen = unseenOf(list, history, list.length);
    const left = unseen.length === list.length ? list : unseen;
    this.#left.set(list, { history, left });
    return left;
  }
}

function toItems({ items, scores }: Pick<PersonList, "items" | "scores">): Recommendation[] {
  return items.map((itemId, at) => ({ itemId, score: scores[at] ?? 0 }));
}
