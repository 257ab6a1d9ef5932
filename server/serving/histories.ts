import { LRUCache } from "lru-cache";
import type { Database } from "../../db/connection.ts";
import { findHistoryAgain } from "../../db/interactions.ts";
import { within } from "../within.ts";

/** A person waits for an answer; the popularity list now is worth more than their own list late. */
const DEADLINE_MS = 300;
/** After a failure nobody waits for the database again so soon. */
const PAUSE_MS = 1_000;
const BYTES_A_MEGABYTE = 1_000_000;
/** Of V8, about: an entry of the cache, and a text beside its characters. */
const ENTRY_BYTES = 200;
const TEXT_BYTES = 24;

/**
 * People's histories, from a database that may be slow or gone. What was looked up stays in memory, as long as there is
 * room: a run's table never changes, and the next run's has another name, so it is exact.
 */
export class Histories {
  readonly #database: Pick<Database, "pool">;
  readonly #onProblem: (error: Error) => void;
  readonly #known: LRUCache<string, readonly string[]>;
  #notBefore = 0;

  constructor(
    database: Pick<Database, "pool">,
    { mostMb, onProblem }: { mostMb: number; onProblem: (error: Error) => void },
  ) {
    this.#database = database;
    this.#onProblem = onProblem;
    this.#known = new LRUCache({
      maxSize: mostMb * BYTES_A_MEGABYTE,
      sizeCalculation: (items, key) =>
        items.reduce((size, item) => size + TEXT_BYTES + item.length, ENTRY_BYTES + key.length),
    });
  }

  /** Item ids of one person in the order in which they had them; empty for a stranger, or when nobody can tell in time. */
  async find(interactionsTable: string | null, userId: string): Promise<readonly string[]> {
    if (interactionsTable === null) return [];
    const key = `${interactionsTable} ${userId}`; // a table's name has no blank
    const known = this.#known.get(key);
    if (known) return known;
    if (Date.now() < this.#notBefore) return [];
    try {
      const asking = findHistoryAgain(this.#database.pool, interactionsTable, userId);
      const items = await within(DEADLINE_MS, "PostgreSQL", asking);
      this.#known.set(key, items);
      return items;
    } catch (error) {
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#onProblem(error as Error);
      return [];
    }
  }
}
