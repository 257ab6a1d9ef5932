import type { Database } from "../../db/connection.ts";
import { findListAgain, findListsAgain, type PersonList } from "../../db/materialised.ts";
import type { Recommendation } from "../../scoring/recommender.ts";
import { LookUps } from "./look-ups.ts";
import { ModelAway } from "./scorer/guarded-model.ts";
import type { ServedModel } from "./served-version.ts";
import { SharedStrings } from "./shared-strings.ts";

/** Of V8, about: an item of a list beside the characters of its id. */
const ITEM_BYTES = 40;

/** Ids and scores apart, which is two pieces of memory for a person and not two for each item. */
type Columns = Pick<PersonList, "items" | "scores">;

/** A person's list, and what was left of it when it was last asked for, of which history. */
interface KeptList {
  all: Columns;
  left: Columns;
  history: readonly string[];
}

/** The lists of materialised versions, one table a version, looked up by person. */
export class WrittenLists {
  readonly #lookUps: LookUps<KeptList>;

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    const strings = new SharedStrings();
    const kept = ({ items, scores }: Columns): KeptList => {
      const all = { items: strings.share(items), scores };
      return { all, left: all, history: [] };
    };
    const nobody = kept({ items: [], scores: [] });
    this.#lookUps = new LookUps<KeptList>({
      ...{ database, mostMb, onProblem, nobody },
      ask: async (pool, tableName, userId) => {
        const list = await findListAgain(pool, tableName, userId);
        return list ? kept(list) : nobody;
      },
      askMany: async (pool, tableName, userIds) => {
        const lists = await findListsAgain(pool, tableName, userIds);
        return new Map(lists.map((list) => [list.userId, kept(list)]));
      },
      sizeOf: ({ all }) => all.items.reduce((size, item) => size + ITEM_BYTES + item.length, 0),
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
        return toItems(leftOf(list, history), k);
      },
      close: async () => undefined,
    };
  }
}

/** Both are in memory and stay as they are, so what is left stays, too. */
function leftOf(list: KeptList, history: readonly string[]): Columns {
  if (list.history !== history) {
    const { items, scores } = list.all;
    const seen = new Set(history);
    const isLeft = (item: string | undefined) => item !== undefined && !seen.has(item);
    const isWhole = items.every(isLeft);
    list.left = isWhole
      ? list.all
      : { items: items.filter(isLeft), scores: scores.filter((_, at) => isLeft(items[at])) };
    list.history = history;
  }
  return list.left;
}

function toItems({ items, scores }: Columns, k: number): Recommendation[] {
  const found: Recommendation[] = [];
  for (let at = 0; at < k && at < items.length; at += 1)
    found.push({ itemId: items[at] as string, score: scores[at] ?? 0 });
  return found;
}
