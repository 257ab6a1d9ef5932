import { LRUCache } from "lru-cache";
import type pg from "pg";
import { within } from "../within.ts";

/** A person waits for an answer; the popularity list now is worth more than their own list late. */
const DEADLINE_MS = 300;
/** Whoever asks for a thousand lists waits for them anyway. */
const MANY_DEADLINE_MS = 2_000;
/** After a failure nobody waits for the database again so soon. */
const PAUSE_MS = 1_000;
const BYTES_A_MEGABYTE = 1_000_000;
/** Of V8, about: an entry of the cache. */
const ENTRY_BYTES = 200;

type AskMany<Row> = (
  pool: pg.Pool,
  tableName: string,
  userIds: readonly string[],
) => Promise<ReadonlyMap<string, Row>>;

export interface LookUpSettings<Row> {
  database: { pool: pg.Pool };
  /** Asks PostgreSQL for the person's row. */
  ask: (pool: pg.Pool, tableName: string, userId: string) => Promise<Row>;
  /** Bytes that a row takes in memory, about. */
  sizeOf: (row: Row) => number;
  /** Most memory of what is kept, in MB. */
  mostMb: number;
  onProblem: (error: Error) => void;
}

/**
 * What tables tell of people, from a database that may be slow or gone. What was looked up stays in memory, as long as
 * there is room: the tables never change once they are named, so it is exact.
 */
export class LookUps<Row extends object> {
  readonly #settings: LookUpSettings<Row>;
  readonly #known: LRUCache<string, Row>;
  #notBefore = 0;
  #problem: string | null = null;

  constructor(settings: LookUpSettings<Row>) {
    this.#settings = settings;
    this.#known = new LRUCache<string, Row>({
      maxSize: settings.mostMb * BYTES_A_MEGABYTE,
      sizeCalculation: (row, key) => ENTRY_BYTES + key.length + settings.sizeOf(row),
    });
  }

  /** Why nobody is looked up at this moment who wasn't before; null when PostgreSQL answers. */
  get problem(): string | null {
    return Date.now() < this.#notBefore ? this.#problem : null;
  }

  /** What a table tells of one person; undefined when nobody can tell in time. */
  async find(tableName: string, userId: string): Promise<Row | undefined> {
    const key = keyOf(tableName, userId);
    const known = this.#known.get(key);
    if (known) return known;
    const row = await this.#ask(() => this.#askOne(tableName, userId));
    if (row) this.#known.set(key, row);
    return row;
  }

  /**
   * The same of many people, with one question for all who aren't in memory; people are missing when nobody can tell.
   * @param nobody what counts of whom the table doesn't have
   */
  async findMany(
    tableName: string,
    userIds: readonly string[],
    { ask, nobody }: { ask: AskMany<Row>; nobody: Row },
  ): Promise<ReadonlyMap<string, Row>> {
    const found = new Map<string, Row>();
    const unknown = new Set<string>();
    for (const userId of userIds) {
      const known = this.#known.get(keyOf(tableName, userId));
      if (known) found.set(userId, known);
      else unknown.add(userId);
    }
    if (unknown.size === 0) return found;
    const told = await this.#ask(() =>
      within(MANY_DEADLINE_MS, "PostgreSQL", ask(this.#settings.database.pool, tableName, [...unknown])),
    );
    if (!told) return found;
    for (const userId of unknown) {
      const row = told.get(userId) ?? nobody;
      found.set(userId, row);
      this.#known.set(keyOf(tableName, userId), row);
    }
    return found;
  }

  /** Looks whether a table can be asked. @throws it cannot, or not in time */
  async try(tableName: string): Promise<void> {
    await this.#askOne(tableName, "");
  }

  #askOne(tableName: string, userId: string): Promise<Row> {
    const { database, ask } = this.#settings;
    return within(DEADLINE_MS, "PostgreSQL", ask(database.pool, tableName, userId));
  }

  /** Undefined when the database could not tell in time, or failed just before. */
  async #ask<Told>(asking: () => Promise<Told>): Promise<Told | undefined> {
    if (Date.now() < this.#notBefore) return undefined;
    try {
      return await asking();
    } catch (error) {
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#problem = (error as Error).message || "PostgreSQL could not be reached";
      this.#settings.onProblem(error as Error);
      return undefined;
    }
  }
}

function keyOf(tableName: string, userId: string): string {
  return `${tableName} ${userId}`; // a table's name has no blank
}
