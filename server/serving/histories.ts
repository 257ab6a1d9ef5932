import { LRUCache } from "lru-cache";
import type { Database } from "../../db/connection.ts";
import { findHistories, findHistoryAgain } from "../../db/interactions.ts";
import { within } from "../within.ts";

/** A person waits for an answer; the popularity list now is worth more than their own list late. */
const DEADLINE_MS = 300;
/** Whoever asks for a thousand lists waits for them anyway. */
const MANY_DEADLINE_MS = 2_000;
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
    const key = keyOf(interactionsTable, userId);
    const known = this.#known.get(key);
    if (known) return known;
    const asking = () => findHistoryAgain(this.#database.pool, interactionsTable, userId);
    const items = await this.#ask(DEADLINE_MS, asking);
    if (items) this.#known.set(key, items);
    return items ?? [];
  }

  /** The same of many people, with one question to the database for all who aren't in memory. Who is left out is a stranger. */
  async findMany(
    interactionsTable: string | null,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    if (interactionsTable === null) return found;
    const unknown = new Set<string>();
    for (const userId of userIds) {
      const known = this.#known.get(keyOf(interactionsTable, userId));
      if (known) found.set(userId, known);
      else unknown.add(userId);
    }
    if (unknown.size === 0) return found;
    const asking = () => findHistories(this.#database.pool, interactionsTable, [...unknown]);
    const told = await this.#ask(MANY_DEADLINE_MS, asking);
    if (!told) return found;
    for (const userId of unknown) {
      const items = told.get(userId) ?? [];
      found.set(userId, items);
      this.#known.set(keyOf(interactionsTable, userId), items);
    }
    return found;
  }

  /** Undefined when the database could not tell in time, or failed just before. */
  async #ask<Told>(deadlineMs: number, asking: () => Promise<Told>): Promise<Told | undefined> {
    if (Date.now() < this.#notBefore) return undefined;
    try {
      return await within(deadlineMs, "PostgreSQL", asking());
    } catch (error) {
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#onProblem(error as Error);
      return undefined;
    }
  }
}

function keyOf(interactionsTable: string, userId: string): string {
  return `${interactionsTable} ${userId}`; // a table's name has no blank
}
