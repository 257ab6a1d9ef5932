import { EXTREMES, type Extreme, type ExtremeCases, type ExtremeFinding } from "./extremes.ts";
import type { Check } from "./qa-report.ts";
import { formatCount, plural } from "./words.ts";

const TITLES: Record<Extreme, string> = {
  no_history: "A shelf for somebody without history",
  one_item: "A shelf for somebody with one item",
  heaviest: "A shelf for the heaviest 0.1 % of people",
  single_genre: "A shelf for somebody with a single genre",
  new_item: "A shelf after an item added today",
  retired_item: "A shelf after a retired item",
  everything_seen: "A shelf for somebody who saw everything",
};

/** One check for each extreme; a single genre only when the definition says where genres are. */
export function checkExtremes(
  cases: ExtremeCases,
  { severity, hasGenres }: { severity: Check["severity"]; hasGenres: boolean },
): Check[] {
  return EXTREMES.filter((kind) => kind !== "single_genre" || hasGenres).map((kind) => {
    const found = cases.finding(kind);
    return {
      id: `extreme.${kind}`,
      group: "extreme",
      title: TITLES[kind],
      verdict: !found ? "inconclusive" : found.faulty > 0 ? "fail" : "pass",
      // What nobody can be in decides nothing: a catalogue without new items must not hold every release back.
      severity: found ? severity : "warn",
      value: found?.faulty ?? null,
      threshold: 0,
      unit: "count",
      championValue: null,
      sampleSize: found?.looked ?? 0,
      owner: null,
      explanation: found
        ? explain(kind, found, cases)
        : "Cannot tell: there is nobody like that, and no item to make somebody up with.",
      examples: found?.examples ?? [],
    };
  });
}

function explain(kind: Extreme, found: ExtremeFinding, cases: ExtremeCases): string {
  const asked = `${subject(kind, found)}: ${result(kind, found, cases)}`;
  if (found.faulty === 0) return `${asked}.`;
  const faulty = found.faulty === 1 ? "1 shelf is" : `${formatCount(found.faulty)} shelves are`;
  return `${subject(kind, found)}: ${faulty} not as must be; the first: ${found.examples[0]}.`;
}

function subject(kind: Extreme, { looked, real, shortest, longest }: ExtremeFinding): string {
  const madeUp = looked - real;
  const asked = [
    ...(real > 0 ? [plural(real, "person", "people")] : []),
    ...(madeUp > 0 ? [plural(madeUp, "made-up history", "made-up histories")] : []),
  ].join(" and ");
  if (kind === "heaviest")
    return `The heaviest ${asked} (${shortest === longest ? plural(longest, "item") : `${formatCount(shortest)} to ${plural(longest, "item")}`})`;
  return `${WHO[kind]} (${asked})`;
}

const WHO: Record<Exclude<Extreme, "heaviest">, string> = {
  no_history: "Without history",
  one_item: "With one item",
  single_genre: "With a single genre",
  new_item: "With an item added today",
  retired_item: "With a retired item",
  everything_seen: "With everything seen",
};

function result(kind: Extreme, { looked, byPopularity }: ExtremeFinding, cases: ExtremeCases): string {
  const by =
    byPopularity === looked
      ? "the popularity list answers"
      : byPopularity === 0
        ? "the model answers"
        : `the model answers ${formatCount(looked - byPopularity)} of them, the popularity list ${formatCount(byPopularity)}`;
  if (kind === "everything_seen") return "nothing is left to show, and nothing is shown";
  const places = Math.min(cases.settings.k, cases.offered);
  return `${by}, with ${plural(places, "item")} or all that are left, none of them seen or retired`;
}
