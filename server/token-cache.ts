import { NotAllowed } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { authenticate } from "../operations/authenticate.ts";
import type { OperationsContext } from "../operations/context.ts";
import type { KeptTokens } from "./kept-tokens.ts";
import { within } from "./within.ts";

/** A revoked token asks for recommendations no longer than this. */
const FRESH_MS = 500;
const CHECK_DEADLINE_MS = 1_000;
/** After a failure no kept token waits for PostgreSQL again so soon. */
const PAUSE_MS = 1_000;
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
  readonly #kept: KeptTokens;
  readonly #entries = new Map<string, Entry>();
  #awayUntil = 0;

  constructor(context: Pick<OperationsContext, "database">, kept: KeptTokens) {
    this.#context = context;
    this.#kept = kept;
  }

  /** While PostgreSQL cannot be asked, who is kept may go on. @throws {NotAllowed} as authenticate */
  async find(token: string): Promise<Actor> {
    const entry = this.#entries.get(token) ?? { actor: undefined, checkedAt: 0, checking: undefined };
    if (entry.actor && Date.now() - entry.checkedAt < FRESH_MS) return entry.actor;
    if (Date.now() < this.#awayUntil) {
      const kept = this.#kept.find(token);
      if (kept) return kept;
    }
    entry.checking ??= this.#check(token, entry);
    try {
      return await entry.checking;
    } catch (error) {
      if (error instanceof NotAllowed) throw error;
      this.#awayUntil = Date.now() + PAUSE_MS;
      const kept = this.#kept.find(token);
      if (!kept) throw error;
      return kept;
    }
  }

  async #check(token: string, entry: Entry): Promise<Actor> {
    try {
      entry.actor = await within(CHECK_DEADLINE_MS, "PostgreSQL", authenticate(this.#context, token));
      entry.checkedAt = Date.now();
      this.#kept.note(token, entry.actor);
      this.#entries.delete(token);
      this.#entries.set(token, entry);
      const oldest = this.#entries.keys().next().value;
      if (this.#entries.size > MOST_TOKENS && oldest !== undefined) this.#entries.delete(oldest);
      return entry.actor;
    } catch (error) {
      if (error instanceof NotAllowed) {
        this.#entries.delete(token);
        this.#kept.drop(token);
      }
      throw error;
    } finally {
      entry.checking = undefined;
    }
  }
}
