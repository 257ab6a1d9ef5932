import type { Database } from "../../db/connection.ts";
import { findHistories, findHistoryAgain } from "../../db/interactions.ts";
import { LookUps } from "./look-ups.ts";
import { SharedStrings } from "./shared-strings.ts";

/** Of V8, about: a text beside its characters. */
const TEXT_BYTES = 24;

/** People's histories. A run's table never changes, and the next run's has another name. */
export class Histories {
  readonly #lookUps: LookUps<readonly string[]>;

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    const strings = new SharedStrings();
    this.#lookUps = new LookUps<readonly string[]>({
      ...{ database, mostMb, onProblem, nobody: [] },
      ask: async (...person) => strings.share(await findHistoryAgain(...person)),
      async askMany(...people) {
        const histories = await findHistories(...people);
        return new Map([...histories].map(([userId, items]) => [userId, strings.share(items)]));
      },
      sizeOf: (items) => items.reduce((size, item) => size + TEXT_BYTES + item.length, 0),
    });
  }

  /** Item ids of one person in the order in which they had them; empty for a stranger, or when nobody can tell in time. */
  async find(interactionsTable: string | null, userId: string): Promise<readonly string[]> {
    if (interactionsTable === null) return [];
    return (await this.#lookUps.find(interactionsTable, userId)) ?? [];
  }

  /** The same of many people, with one question to the database for all who aren't in memory. Who is left out is a stranger. */
  async findMany(
    interactionsTable: string | null,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (interactionsTable === null) return new Map();
    return this.#lookUps.findMany(interactionsTable, userIds);
  }
}
