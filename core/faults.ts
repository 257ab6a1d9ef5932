/** One mistake in a definition: the setting it is at, and what is wrong with it and what to do. */
export interface Fault {
  /** Keys from the outermost in, as in `["sources", "views", "maxAge"]`. */
  path: readonly (string | number)[];
  /** `"2 dayz" is not a duration; write a number and a unit, as in "36 h"` */
  problem: string;
}

/** `sources.views.maxAge: "2 dayz" is not a duration; …` */
export function describeFault({ path, problem }: Fault): string {
  return path.length === 0 ? problem : `${formatPath(path)}: ${problem}`;
}

/** A path as a person would write it in code: `features.items.sql`, `key[0]`, `sources["Bad name"]`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map(formatKey).join("");
}

function formatKey(key: string | number, index: number): string {
  if (typeof key === "number") return `[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `[${JSON.stringify(key)}]`;
  return index === 0 ? key : `.${key}`;
}

/** `; did you mean "titles"?` when one of `known` is close to what was written, else nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  const nearest = known
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (!nearest || nearest.distance > Math.max(1, Math.floor(written.length / 3))) return "";
  return `; did you mean "${nearest.name}"?`;
}

/** Names in double quotes for a sentence: `"a", "b"`; `none` without any. */
export function quoteAll(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(rows, i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(rows, i - 2, j - 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
