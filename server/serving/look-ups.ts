import { setImmediate as endOfTick } from "node:timers/promises";
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

type Told<Row> = ReadonlyMap<string, Row>;

export interface LookUpSettings<Row> {
  database: { pool: pg.Pool };
  /** Asks PostgreSQL for one person's row. */
  ask: (pool: pg.Pool, tableName: string, userId: string) => Promise<Row>;
  /** The same of many people in one statement; who isn't in the table is left out. */
  askMany: (pool: pg.Pool, tableName: string, userIds: readonly string[]) => Promise<Told<Row>>;
  /** What counts of whom the table doesn't have. */
  nobody: Row;
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
  /** By table, those who are looked up at the end of this tick. */
  readonly #gathered = new Map<string, { userIds: Set<string>; told: Promise<Told<Row> | undefined> }>();
  /** Of tables, in the order in which they came. */
  readonly #numbers = new Map<string, number>();
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

  /**
   * What a table tells of one person; undefined when nobody can tell in time. All who ask in one tick are looked up with one
   * statement: at 16 at once that takes a third of the processor time.
   */
  async find(tableName: string, userId: string): Promise<Row | undefined> {
    const known = this.#known.get(this.#keyOf(tableName, userId));
    if (known) return known;
    const gathered = this.#gathered.get(tableName) ?? this.#gather(tableName);
    gathered.userIds.add(userId);
    return (await gathered.told)?.get(userId);
  }

  /** The same of many people, with one statement for all who aren't in memory; people are missing when nobody can tell. */
  async findMany(tableName: string, userIds: readonly string[]): Promise<Told<Row>> {
    const found = new Map<string, Row>();
    const unknown = new Set<string>();
    for (const userId of userIds) {
      const known = this.#known.get(this.#keyOf(tableName, userId));
      if (known) found.set(userId, known);
      else unknown.add(userId);
    }
    if (unknown.size === 0) return found;
    const told = await this.#ask(tableName, [...unknown], MANY_DEADLINE_MS);
    for (const [userId, row] of told ?? []) found.set(userId, row);
    return found;
  }

  /** Looks whether a table can be asked. @throws it cannot, or not in time */
  async try(tableName: string): Promise<void> {
    await within(DEADLINE_MS, "PostgreSQL", this.#settings.ask(this.#settings.database.pool, tableName, ""));
  }

  #gather(tableName: string) {
    const userIds = new Set<string>();
    const told = endOfTick().then(() => {
      this.#gathered.delete(tableName);
      return this.#ask(tableName, [...userIds], DEADLINE_MS);
    });
    const gathered = { userIds, told };
    this.#gathered.set(tableName, gathered);
    return gathered;
  }

  /** Of each a row; undefined when the database could not tell in time, or failed just before. */
  async #ask(
    tableName: string,
    userIds: readonly string[],
    deadlineMs: number,
  ): Promise<Told<Row> | undefined> {
    if (Date.now() < this.#notBefore) return undefined;
    try {
      const told = await within(deadlineMs, "PostgreSQL", this.#askPostgres(tableName, userIds));
      const found = new Map<string, Row>();
      for (const userId of userIds) {
        const row = told.get(userId) ?? this.#settings.nobody;
        found.set(userId, row);
        this.#known.set(this.#keyOf(tableName, userId), row);
      }
      return found;
    } catch (error) {
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#problem = (error as Error).message || "PostgreSQL could not be reached";
      this.#settings.onProblem(error as Error);
      return undefined;
    }
  }

  async #askPostgres(tableName: string, userIds: readonly string[]): Promise<Told<Row>> {
    const { database, ask, askMany } = this.#settings;
    const [only, ...others] = userIds;
    if (only === undefined || others.length > 0) return askMany(database.pool, tableName, userIds);
    return new Map([[only, await ask(database.pool, tableName, only)]]);
  }

  /** Short, as it is made and hashed for each answer. */
  #keyOf(tableName: string, userId: string): string {
    let number = this.#numbers.get(tableName);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(tableName, number);
    }
    return `${number} ${userId}`;
  }
}
