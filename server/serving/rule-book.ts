import { type ActiveRules, type EditorialRule, rulesAt } from "../../core/editorial-rules.ts";
import { type ListRules, listRules, nextTurn, type ReleaseRules } from "../../core/release-rules.ts";

/** More countries than there are, so that made-up ones fill no memory. */
const MOST_KEPT = 300;

/**
 * A model's editorial rules, urgent ones over those of a release, worked out anew only when one begins or ends: answers
 * ask thousands of times a second.
 */
export class RuleBook {
  #rules: readonly EditorialRule[] = [];
  #active: ActiveRules = rulesAt([], 0);
  #validUntil = Number.POSITIVE_INFINITY;
  /** By release, for lists of one urgent state; by country. */
  #kept = new WeakMap<ReleaseRules, Map<string, { rules: ListRules; validUntil: number }>>();
  #withoutRelease = listRules(this.#active, undefined, { now: 0, country: undefined });

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
    this.#kept = new WeakMap();
    this.#withoutRelease = listRules(this.#active, undefined, { now, country: undefined });
    return this.#active;
  }

  /** What holds for a list of a version with these rules, or with none. */
  over(release: ReleaseRules | undefined, { now, country }: { now: number; country: string | undefined }) {
    const urgent = this.at(now);
    if (!release) return this.#withoutRelease;
    const kept = this.#kept.get(release) ?? new Map<string, { rules: ListRules; validUntil: number }>();
    this.#kept.set(release, kept);
    const known = kept.get(country ?? "");
    if (known && now < known.validUntil) return known.rules;
    const rules = listRules(urgent, release, { now, country });
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(country ?? "", { rules, validUntil: nextTurn(release, now) });
    return rules;
  }
}
