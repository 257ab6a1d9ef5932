import { type ActiveRules, type EditorialRule, rulesAt } from "../../core/editorial-rules.ts";

/** A model's editorial rules, worked out anew only when one begins or ends: answers ask thousands of times a second. */
export class RuleBook {
  #rules: readonly EditorialRule[] = [];
  #active: ActiveRules = rulesAt([], 0);
  #validUntil = Number.POSITIVE_INFINITY;

  get rules(): readonly EditorialRule[] {
    return this.#rules;
  }

  set rules(rules: readonly EditorialRule[]) {
    this.#rules = rules;
    this.#validUntil = 0;
  }

  /** @param now milliseconds since 1970 */
  at(now: number): ActiveRules {
    if (now < this.#validUntil) return this.#active;
    const turns = this.#rules.flatMap(({ from, until }) => [from, ...(until === null ? [] : [until])]);
    this.#validUntil = Math.min(...turns.map((time) => Date.parse(time)).filter((time) => time > now));
    this.#active = rulesAt(this.#rules, now);
    return this.#active;
  }
}
