/** Editorial rules of a definition as sentences, for whoever signs them. */
import type { DefinedRule } from "./definition-rules.ts";
import type { ShelfItem, TakenItem } from "./qa-report.ts";
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

const PLACED_WORDS = {
  pin: "pinned by",
  boost: "moved by",
  share: "brought up by",
  apart: "brought up by",
} as const;
const TAKEN_WORDS = { ban: "banned by", window: "outside of", licence: "no rights by" } as const;

/** What put an item on a shelf beside the model's order: `pinned by “cup”`; empty where nothing did. */
export function placedBy({ rule, filled }: Pick<ShelfItem, "rule" | "filled">): string {
  return [rule ? `${PLACED_WORDS[rule.kind]} “${rule.name}”` : "", filled ? "from the popularity list" : ""]
    .filter(Boolean)
    .join(", ");
}

/** What rules took from a shelf: `“Derby” (banned by “no_derby”), “Quiz” (made room)`. */
export function tellTaken(taken: readonly TakenItem[]): string {
  return taken
    .map(
      ({ title, rule }) => `“${title}” (${rule ? `${TAKEN_WORDS[rule.kind]} “${rule.name}”` : "made room"})`,
    )
    .join(", ");
}
