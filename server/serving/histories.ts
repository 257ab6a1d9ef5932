import type { Kysely } from "kysely";
import { findHistory } from "../../db/interactions.ts";
import type { Tables } from "../../db/tables.ts";
import { within } from "../within.ts";

/** A person waits for an answer; the popularity list now is worth more than their own list late. */
const DEADLINE_MS = 300;
/** After a failure nobody waits for the database again so soon. */
const PAUSE_MS = 1_000;

/** People's histories, from a database that may be slow or gone. */
export class Histories {
  readonly #db: Kysely<Tables>;
  readonly #onProblem: (error: Error) => void;
  #notBefore = 0;

  constructor(db: Kysely<Tables>, onProblem: (error: Error) => void) {
    this.#db = db;
    this.#onProblem = onProblem;
  }

  /** Item ids of one person in the order in which they had them; empty for a stranger, or when nobody can tell in time. */
  async find(interactionsTable: string | null, userId: string): Promise<string[]> {
    if (interactionsTable === null || Date.now() < this.#notBefore) return [];
    try {
      return await within(DEADLINE_MS, "PostgreSQL", findHistory(this.#db, interactionsTable, userId));
    } catch (error) {
      this.#notBefore = Date.now() + PAUSE_MS;
      this.#onProblem(error as Error);
      return [];
    }
  }
}
