/** Editorial rules of a definition as sentences, for whoever signs them. */
import type { DefinedRule } from "./definition-rules.ts";
import { formatShare } from "./words.ts";

/** `"derby" in place 1, until 2026-12-24T18:00:00Z, in DE`. @param titleOf how a person calls an item */
export function tellRule(rule: DefinedRule, titleOf: (itemId: string) => string): string {
  if (rule.kind === "licence") return `only in the countries that an item's "${rule.column}" names`;
  if (rule.kind === "apart") return `never two of the same ${rule.column} directly after one another`;
  if (rule.kind === "share") {
    const { column, value, atLeast, atMost } = rule;
    const bounds = [
      atLeast === undefined ? "" : `at least ${formatShare(atLeast)}`,
      atMost === undefined ? "" : `at most ${formatShare(atMost)}`,
    ].filter(Boolean);
    return `${bounds.join(" and ")} of each list have the ${column} “${value}”`;
  }
  const item = `“${titleOf(rule.item)}”`;
  const { from, until, countries } = rule;
  const when = [
    from === undefined ? "" : `from ${from}`,
    until === undefined ? "" : `until ${until}`,
    countries === undefined ? "" : `in ${countries.join(", ")}`,
  ].filter(Boolean);
  const held = when.length > 0 ? ` ${when.join(", ")}` : "";
  if (rule.kind === "ban") return `never ${item}${held}`;
  if (rule.kind === "pin") return `${item} in place ${rule.rank}${held}`;
  if (rule.kind === "boost") return `the score of ${item} times ${rule.factor}${held}`;
  return `${item} only${held}`;
}
