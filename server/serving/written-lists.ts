import type { Database } from "../../db/connection.ts";
import { findListAgain, findListsAgain, type PersonList } from "../../db/materialised.ts";
import { unseenOf } from "../../scoring/popularity-list.ts";
import type { Recommendation } from "../../scoring/recommender.ts";
import { LookUps } from "./look-ups.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { ServedModel } from "./served-version.ts";

/** Of V8, about: an item of a list beside the characters of its id. */
const ITEM_BYTES = 96;

/** A person's list, and what was left of it when it was last asked for, of which history. */
interface KeptList {
  all: readonly Recommendation[];
  left: readonly Recommendation[];
  history: readonly string[];
}

/** The lists of materialised versions, one table a version, looked up by person. */
export class WrittenLists {
  readonly #lookUps: LookUps<KeptList>;

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    this.#lookUps = new LookUps<KeptList>({
      ...{ database, mostMb, onProblem, nobody: kept([]) },
      ask: async (pool, tableName, userId) => {
        const list = await findListAgain(pool, tableName, userId);
        return kept(list ? toItems(list) : []);
      },
      askMany: async (pool, tableName, userIds) => {
        const lists = await findListsAgain(pool, tableName, userIds);
        return new Map(lists.map((list) => [list.userId, kept(toItems(list))]));
      },
      sizeOf: ({ all }) => all.reduce((size, { itemId }) => size + ITEM_BYTES + itemId.length, 0),
    });
  }

  /** A version's lists in a model's place. @throws its table isn't there, or PostgreSQL doesn't answer */
  async open(tableName: string): Promise<ServedModel> {
    const lookUps = this.#lookUps;
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
}

/** Both are in memory and stay as they are, so what is left stays, too. */
function leftOf(list: KeptList, history: readonly string[]): readonly Recommendation[] {
  if (list.history !== history) {
    const unseen = unseenOf(list.all, history, list.all.length);
    list.left = unseen.length === list.all.length ? list.all : unseen;
    list.history = history;
  }
  return list.left;
}

function kept(all: readonly Recommendation[]): KeptList {
  return { all, left: all, history: [] };
}

function toItems({ items, scores }: Pick<PersonList, "items" | "scores">): Recommendation[] {
  return items.map((itemId, at) => ({ itemId, score: scores[at] ?? 0 }));
}
