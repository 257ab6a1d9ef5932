/** Team-draft interleaving (Radlinski, Kurup and Joachims 2008): a first look at two rankings by each person's own clicks. */
import { normalCdf } from "./normal.ts";
import { sampleRatio } from "./sample-ratio.ts";

export type Team = "a" | "b";

export interface Interleaved {
  item: string;
  /** Whose pick it was. */
  team: Team;
}

/**
 * One list of `k` places: the teams take turns by a coin each round, and each adds its best item that isn't there yet. Shorter
 * when both rankings have fewer items.
 * @param coin true: a begins the round; a draw for each round, from a seed
 */
export function teamDraft(
  { a, b }: { a: readonly string[]; b: readonly string[] },
  k: number,
  coin: () => boolean,
): Interleaved[] {
  const rankings = { a, b };
  const next = { a: 0, b: 0 };
  const shown = new Set<string>();
  const list: Interleaved[] = [];
  const pick = (team: Team) => {
    const ranking = rankings[team];
    while (next[team] < ranking.length && shown.has(ranking[next[team]] as string)) next[team] += 1;
    const item = ranking[next[team]];
    if (item === undefined || list.length >= k) return;
    shown.add(item);
    list.push({ item, team });
  };
  for (let before = -1; list.length < k && list.length > before; ) {
    before = list.length;
    for (const team of coin() ? (["a", "b"] as const) : (["b", "a"] as const)) pick(team);
  }
  return list;
}

/** Who won one list: the team with more of the clicked items; undefined when it is even. */
export function winnerOf(list: readonly Interleaved[], clicked: ReadonlySet<string>): Team | undefined {
  const lead = list.reduce(
    (sum, { item, team }) => (clicked.has(item) ? sum + (team === "a" ? 1 : -1) : sum),
    0,
  );
  return lead === 0 ? undefined : lead > 0 ? "a" : "b";
}

export interface Preference {
  /** Share of the decided lists that b won; undefined without any. */
  shareOfB: number | undefined;
  /** Of the sign test, for one look: exact up to 1,000 lists, then normal with a correction for continuity. */
  p: number;
  /** Valid however often one looks. */
  alwaysValidP: number;
}

/** Prior of the share of wins: as likely 0.4 or 0.6 as 0.5. */
const UNSURE = 20;
const EXACT_UP_TO = 1_000;

/** Whether one ranking won more lists than a coin gives it. One list a person: lists of one go together. */
export function preference({ a, b }: { a: number; b: number }): Preference {
  const n = a + b;
  const { p: alwaysValidP } = sampleRatio([{ counts: [a, b], shares: [0.5, 0.5] }], {
    concentration: UNSURE,
  });
  return { shareOfB: n === 0 ? undefined : b / n, p: signTest(Math.max(a, b), n), alwaysValidP };
}

function signTest(most: number, n: number): number {
  if (n === 0) return 1;
  if (n > EXACT_UP_TO) return Math.min(1, 2 * normalCdf(-(2 * most - n - 1) / Math.sqrt(n)));
  let tail = 0;
  // Σ C(n, i) / 2^n of i from `most`, by logarithms: 2^1000 is no double beside 1.
  let log = -n * Math.LN2;
  for (let i = n; i >= most; i -= 1) {
    tail += Math.exp(log);
    log += Math.log(i) - Math.log(n - i + 1);
  }
  return Math.min(1, 2 * tail);
}
