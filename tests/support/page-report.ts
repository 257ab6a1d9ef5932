import type { Check, Preview, QaReport } from "../../core/qa-report.ts";

/** Does something when a page takes it for markup: runs a script, and asks another host. */
export const MARKUP = '<img src="x" onerror="window.stolen = true"><script>window.stolen = true</script>';

const FILMS = [
  "Toy Story (1995)",
  "Heat (1995)",
  "Casino (1995)",
  "Braveheart (1995)",
  "Apollo 13 (1995)",
  "Pulp Fiction (1994)",
  "Forrest Gump (1994)",
  "The Shawshank Redemption (1994)",
  "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
  "Schindler's List (1993)",
  "The Silence of the Lambs (1991)",
  "The Godfather (1972)",
  MARKUP,
  "Fargo (1996)",
  "The Matrix (1999)",
];

/** A report with every kind of check, every figure, and shelves that differ. Its words are as the real ones are. */
export function exampleReport(candidate: string): QaReport {
  return {
    schemaVersion: 1,
    model: "movies",
    candidate,
    verdict: "pass",
    headline: `${candidate} may go live, with 1 thing to weigh. 4.1 % of the items are shown to somebody; 5 % was asked for.`,
    k: 10,
    metrics: [
      { subject: "popularity", ndcg: 0.102, recall: 0.093, coverage: 0.011, people: 610, sizeBytes: 81_220 },
      { subject: "similar", ndcg: 0.231, recall: 0.211, coverage: 0.094, people: 610, sizeBytes: 4_180_000 },
      { subject: "als", ndcg: 0.247, recall: 0.226, coverage: 0.121, people: 610, sizeBytes: 2_560_000 },
      { subject: "champion", ndcg: 0.102, recall: 0.093, coverage: 0.011, people: 610, sizeBytes: 81_220 },
    ],
    checks: CHECKS,
    previews: ["15", "73"].map(preview),
  };
}

const share = { unit: "share", sampleSize: 610 } as const;
const CHECKS: Check[] = [
  {
    ...share,
    id: "people_coverage",
    title: "People with a full shelf",
    verdict: "pass",
    severity: "error",
    value: 1,
    threshold: 0.99,
    explanation: "100 % of the people get a full shelf; at least 99 % was asked for.",
    examples: [],
  },
  {
    ...share,
    id: "item_coverage",
    title: "Items that somebody is shown",
    verdict: "fail",
    severity: "warn",
    value: 0.041,
    threshold: 0.05,
    explanation: "4.1 % of the items are shown to somebody; 5 % was asked for.",
    examples: ["Casino (1995)", MARKUP],
  },
  {
    id: "must_have",
    title: "Items that must be shown",
    verdict: "inconclusive",
    severity: "warn",
    value: null,
    threshold: 5,
    unit: "count",
    sampleSize: 0,
    explanation: "Only 3 people to look at, too few to tell: at least 20 people are needed.",
    examples: [],
  },
  {
    id: "no_history",
    title: "People without history",
    verdict: "pass",
    severity: "error",
    value: 10,
    threshold: 10,
    unit: "count",
    sampleSize: 1,
    explanation:
      "A person without history is shown the popularity list, and it answers with 10 items of the 10 that fit on a shelf.",
    examples: [],
  },
];

function preview(user: string): Preview {
  const shelf = (...films: number[]) =>
    films.map((film, place) => ({
      itemId: String(film),
      title: FILMS[film] ?? "",
      score: 1 - place / 20,
    }));
  return {
    user,
    history: shelf(0, 1, 2, 12, 3),
    candidate: shelf(11, 5, 12, 13, 14, 8, 10, 7, 9, 6),
    baseline: shelf(7, 6, 5, 14, 10, 9, 3, 0, 4, 11),
    champion: shelf(7, 6, 5, 14, 10, 9, 3, 0, 4, 11),
  };
}
