import type { Database } from "../../db/connection.ts";
import { findListAgain } from "../../db/materialised.ts";
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

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    this.#lookUps = new LookUps({
      ...{ database, mostMb, onProblem },
      async ask(pool, tableName, userId): Promise<readonly Recommendation[]> {
        const found = await findListAgain(pool, tableName, userId);
        return found?.items.map((itemId, at) => ({ itemId, score: found.scores[at] ?? 0 })) ?? [];
      },
      sizeOf: (list) => list.reduce((size, { itemId }) => size + ITEM_BYTES + itemId.length, 0),
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
        return unseenOf(list, history, k);
      },
      close: async () => undefined,
    };
  }
}
