import { NotAllowed } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { authenticate } from "../operations/authenticate.ts";
import type { OperationsContext } from "../operations/context.ts";
import { FewAtOnce } from "./few-at-once.ts";
import type { KeptTokens } from "./kept-tokens.ts";
import { within } from "./within.ts";

/** A revoked token asks for recommendations, and tells what came of them, no longer than this. */
const FRESH_MS = 500;
const CHECK_DEADLINE_MS = 1_000;
const MOST_TOKENS = 1_000;
/** Of PostgreSQL's connections, so many look at tokens that nobody knows: people's histories need the others. */
const STRANGERS_AT_ONCE = 3;

/**
 * Tokens that were checked a moment ago, for the routes that have to answer fast and without PostgreSQL. Only what was
 * found good is remembered; whoever is refused is asked after each time.
 */
export class TokenCache {
  readonly #context: Pick<OperationsContext, "database">;
  readonly #kept: KeptTokens;
  readonly #good = new Map<string, { actor: Actor; checkedAt: number }>();
  readonly #checks = new Map<string, Promise<Actor>>();
  readonly #strangers = new FewAtOnce(STRANGERS_AT_ONCE);
  /** PostgreSQL could not be asked the last time; undefined before the first. */
  #isAway: boolean | undefined;

  constructor(context: Pick<OperationsContext, "database">, kept: KeptTokens) {
    this.#context = context;
    this.#kept = kept;
  }

  /** Whose token it is, if it was found good just now. */
  known(token: string): Actor | undefined {
    const good = this.#good.get(token);
    return good && Date.now() - good.checkedAt < FRESH_MS ? good.actor : undefined;
  }

  /** While PostgreSQL cannot be asked, who is kept goes on, without waiting for it. @throws {NotAllowed} as authenticate */
  async find(token: string): Promise<Actor> {
    const known = this.known(token);
    if (known) return known;
    const kept = (this.#isAway ?? this.#kept.startedAlone) ? this.#kept.find(token) : undefined;
    if (kept) {
      if (this.#checks.size === 0) this.#check(token).catch(() => undefined); // so that its return is seen
      return kept;
    }
    try {
      return await this.#check(token);
    } catch (error) {
      const instead = error instanceof NotAllowed ? undefined : this.#kept.find(token);
      if (!instead) throw error;
      return instead;
    }
  }

  /** One at a time for each token. */
  #check(token: string): Promise<Actor> {
    const underWay = this.#checks.get(token);
    if (underWay) return underWay;
    const ask = () => this.#ask(token);
    const check = (this.#good.has(token) ? ask() : this.#strangers.do(ask)).finally(() =>
      this.#checks.delete(token),
    );
    this.#checks.set(token, check);
    return check;
  }

  async #ask(token: string): Promise<Actor> {
    try {
      const actor = await within(CHECK_DEADLINE_MS, "PostgreSQL", authenticate(this.#context, token));
      this.#isAway = false;
      this.#kept.note(token, actor);
      this.#remember(token, actor);
      return actor;
    } catch (error) {
      this.#isAway = !(error instanceof NotAllowed);
      if (error instanceof NotAllowed) {
        this.#good.delete(token);
        this.#kept.drop(token);
      }
      throw error;
    }
  }

  #remember(token: string, actor: Actor): void {
    this.#good.delete(token);
    this.#good.set(token, { actor, checkedAt: Date.now() });
    const oldest = this.#good.keys().next().value;
    if (this.#good.size > MOST_TOKENS && oldest !== undefined) this.#good.delete(oldest);
  }
}
