import { NotAllowed } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { authenticate } from "../operations/authenticate.ts";
import type { OperationsContext } from "../operations/context.ts";
import { within } from "./within.ts";

/** A revoked token asks for recommendations no longer than this. */
const FRESH_MS = 500;
/** With PostgreSQL down, a token that was good a quarter of an hour ago still gets its recommendations. */
const USABLE_MS = 15 * 60_000;
const CHECK_DEADLINE_MS = 1_000;
const MOST_TOKENS = 1_000;

interface Entry {
  actor: Actor | undefined;
  checkedAt: number;
  checking: Promise<Actor> | undefined;
}

/**
 * Tokens that were checked a moment ago, for the route that has to answer fast and without PostgreSQL. Only what was
 * found good is remembered; whoever is refused is asked after each time.
 */
export class TokenCache {
  readonly #context: Pick<OperationsContext, "database">;
  readonly #entries = new Map<string, Entry>();

  constructor(context: Pick<OperationsContext, "database">) {
    this.#context = context;
  }

  /** @throws {NotAllowed} as authenticate */
  async find(token: string): Promise<Actor> {
    const entry = this.#entries.get(token) ?? { actor: undefined, checkedAt: 0, checking: undefined };
    if (entry.actor && Date.now() - entry.checkedAt < FRESH_MS) return entry.actor;
    entry.checking ??= this.#check(token, entry);
    try {
      return await entry.checking;
    } catch (error) {
      if (error instanceof NotAllowed || !entry.actor || Date.now() - entry.checkedAt > USABLE_MS)
        throw error;
      return entry.actor;
    }
  }

  async #check(token: string, entry: Entry): Promise<Actor> {
    try {
      entry.actor = await within(CHECK_DEADLINE_MS, "PostgreSQL", authenticate(this.#context, token));
      entry.checkedAt = Date.now();
      this.#entries.delete(token);
      this.#entries.set(token, entry);
      const oldest = this.#entries.keys().next().value;
      if (this.#entries.size > MOST_TOKENS && oldest !== undefined) this.#entries.delete(oldest);
      return entry.actor;
    } catch (error) {
      if (error instanceof NotAllowed) this.#entries.delete(token);
      throw error;
    } finally {
      entry.checking = undefined;
    }
  }
}
