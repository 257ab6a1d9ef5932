/** Reports as a reviewer meets them: one to weigh, and one whose checks failed by the dozen. Words as the real ones are. */
import {
  type Check,
  type Estimate,
  type Preview,
  type QaReport,
  qaReportSchema,
  type ShelfItem,
  type Slice,
} from "../../core/qa-report.ts";

/** Does something when a page takes it for markup: runs a script, and asks another host. */
export const MARKUP = '<img src="x" onerror="window.stolen = true"><script>window.stolen = true</script>';

const FILMS: readonly [title: string, genre: string][] = [
  ["Toy Story (1995)", "Animation"],
  ["Heat (1995)", "Crime"],
  ["Casino (1995)", "Crime"],
  ["Braveheart (1995)", "Drama"],
  ["Apollo 13 (1995)", "Adventure"],
  ["Pulp Fiction (1994)", "Crime"],
  ["Forrest Gump (1994)", "Comedy"],
  ["The Shawshank Redemption (1994)", "Drama"],
  ["Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", "Thriller"],
  ["Schindler's List (1993)", "Drama"],
  ["The Silence of the Lambs (1991)", "Horror"],
  ["The Godfather (1972)", "Crime"],
  [MARKUP, "Odd"],
  ["Fargo (1996)", "Crime"],
  ["The Matrix (1999)", "Science fiction"],
];
/** As `tellRule` says them. */
export const RULES = [
  { name: "cup_final", kind: "pin", says: "“The Godfather (1972)” in place 2, in DE" },
  { name: "no_sequels", kind: "ban", says: "never “The Godfather (1972)” until 2026-12-24T18:00:00Z" },
  { name: "some_news", kind: "share", says: "at least 20 % of each list have the genre “News”" },
];
const TODAY = [7, 6, 5, 14, 10, 9, 3, 0, 4, 11];
const PROPOSED = [11, 5, 12, 13, 14, 8, 10, 7, 9, 6];

/** A report with something to weigh, nothing that stops it; every part of a report is there. */
export function exampleReport(candidate: string): QaReport {
  return qaReportSchema.parse({
    schemaVersion: 2,
    model: "movies",
    candidate,
    championVersion: 2,
    verdict: "pass",
    headline: `${candidate} may go live, with 3 things to weigh. 2 of 5 originals reach fewer people than promised.`,
    k: 10,
    people: 610,
    items: 9_742,
    valueLabel: "plays",
    metrics: [
      { subject: "popularity", ndcg: 0.102, recall: 0.093, coverage: 0.011, people: 610, sizeBytes: 81_220 },
      { subject: "similar", ndcg: 0.231, recall: 0.211, coverage: 0.094, people: 610, sizeBytes: 4_180_000 },
      { subject: "als", ndcg: 0.247, recall: 0.226, coverage: 0.121, people: 610, sizeBytes: 2_560_000 },
      { subject: "champion", ndcg: 0.198, recall: 0.187, coverage: 0.084, people: 610, sizeBytes: 2_410_000 },
    ],
    checks: CHECKS,
    reach: [
      { subject: candidate, people: 1, items: 0.121, value: 0.684 },
      { subject: "champion", people: 1, items: 0.084, value: 0.731 },
      { subject: "popularity", people: 1, items: 0.011, value: null },
    ],
    unreachable: {
      count: 214,
      valueShare: 0.047,
      items: [1, 3, 12, 2, 8, 4, 13].map((film, place) => ({
        itemId: String(film),
        title: titleOf(film),
        value: 4_210 - 512 * place,
        valueShare: 0.009 - 0.001 * place,
        championPeople: place === 3 ? 0 : 212 - 31 * place,
      })),
    },
    slices: SLICES,
    behaviour: [
      {
        subject: candidate,
        ...{ overlap: 0.66, rankCorrelation: 0.58, diversity: 0.71, novelty: 9.1, topDecileShare: 0.64 },
      },
      {
        subject: "champion",
        ...{ overlap: 1, rankCorrelation: 1, diversity: 0.65, novelty: 8.2, topDecileShare: 0.71 },
      },
      {
        subject: "popularity",
        ...{ overlap: 0.21, rankCorrelation: 0.04, diversity: null, novelty: 4.4, topDecileShare: 1 },
      },
    ],
    offPolicy: {
      verdict: "better",
      explanation: `Estimated from 50,000 lists of the 28 days before the run: ${candidate} would have earned 64.1 clicks within 1 d per 1,000 items shown, the live version 58.7; the difference is +5.4 (95 % interval +1.2 to +9.6), so it would have done better. Nobody was shown its lists: an experiment measures it.`,
      ...{ reward: "clicks", within: "1 d", days: 28, lists: 50_000, people: 8_112 },
      ...{ differingShare: 0.41, overlap: 0.93, effectiveSize: 1_204.6 },
      subjects: [
        {
          subject: candidate,
          inversePropensity: { mean: 61.9, low: 52.8, high: 71 },
          selfNormalised: { mean: 64.4, low: 57.9, high: 70.9 },
          doublyRobust: { mean: 64.1, low: 59.6, high: 68.6 },
        },
        {
          subject: "champion",
          inversePropensity: { mean: 58.8, low: 57.7, high: 59.9 },
          selfNormalised: { mean: 58.7, low: 57.7, high: 59.7 },
          doublyRobust: { mean: 58.7, low: 57.7, high: 59.7 },
        },
      ],
      difference: { mean: 5.4, low: 1.2, high: 9.6 },
    },
    rules: RULES,
    previews: [
      previewOf("15", `Came for crime films, should keep seeing them ${MARKUP}`),
      previewOf("73", "Watches with children"),
      previewOf("414", ""),
    ],
  });
}

/** Twenty checks that must pass failed, so it can only be overridden. */
export function failedReport(candidate: string): QaReport {
  const report = exampleReport(candidate);
  const failed = Array.from(
    { length: 20 },
    (_, index): Check => ({
      ...PLAIN,
      id: `case.manager_${index + 1}`,
      group: "case",
      title: `Manager's case ${index + 1}: somebody who came for the evening news and is shown nothing but films for children`,
      verdict: "fail",
      severity: "error",
      value: index % 4,
      threshold: 5,
      unit: "count",
      championValue: 5,
      sampleSize: 1,
      owner: index % 2 === 0 ? "Maria (news)" : "Jo (children)",
      explanation: `${index % 4} of the 5 titles that must come are on the list.`,
      examples: ["Evening news", "Weather at eight"],
    }),
  );
  return {
    ...report,
    verdict: "fail",
    headline: `${candidate} must not go live: 20 of 28 checks that must pass failed, Maria's and Jo's cases first.`,
    checks: [...failed, ...report.checks],
  };
}

/** One person's lists, as the report and `GET …/preview` tell them. */
export function previewOf(user: string, note: string): Preview {
  return {
    user,
    note,
    history: [0, 1, 2, 12, 3, 4, 5, 6, 8, 9].map((film) => ({
      itemId: String(film),
      title: titleOf(film),
      genre: genreOf(film),
    })),
    candidate: PROPOSED.map((film, place) => {
      const before = TODAY.indexOf(film);
      const change = before < 0 ? "new" : before === place ? "same" : before > place ? "up" : "down";
      return {
        ...shelfItem(film, place),
        because: (place === 3 ? [1, 12] : [place % 5, 5]).map((cause) => ({
          itemId: String(cause),
          title: titleOf(cause),
        })),
        change,
        ...(place === 1 && { rule: { kind: "pin" as const, name: "cup_final" } }),
        ...(place === 4 && { filled: true as const }),
      };
    }),
    baseline: [...TODAY].reverse().map(shelfItem),
    champion: TODAY.map(shelfItem),
    taken: [{ itemId: "11", title: titleOf(11), rule: { kind: "ban", name: "no_sequels" } }],
    rulesUnmet: ["some_news"],
  };
}

function shelfItem(film: number, place: number): ShelfItem {
  return {
    itemId: String(film),
    title: titleOf(film),
    score: 1 - place / 20,
    genre: genreOf(film),
    picture: film % 3 === 0 ? "/favicon.svg" : film === 12 ? "javascript:window.stolen=true" : null,
    because: [],
    change: null,
  };
}

function titleOf(film: number): string {
  return FILMS[film]?.[0] ?? String(film);
}

function genreOf(film: number): string | null {
  return FILMS[film]?.[1] ?? null;
}

const PLAIN = { owner: null, championValue: null, examples: [] } as const;
const SHARE = { ...PLAIN, unit: "share", sampleSize: 610 } as const;
const CHECKS: Check[] = [
  {
    ...SHARE,
    ...{ id: "case.late_night", group: "case", verdict: "pass", severity: "error" },
    ...{
      title: "Late-night viewer",
      value: 3,
      threshold: 3,
      unit: "count",
      sampleSize: 1,
      owner: "Maria (news)",
    },
    explanation: "Came for thrillers after ten: all 3 titles that must come are within the first 5 places.",
    examples: [],
  },
  {
    ...SHARE,
    ...{ id: "must_have.originals", group: "must_have", verdict: "fail", severity: "warn" },
    ...{
      title: "Originals",
      value: 0.6,
      threshold: 1,
      championValue: 1,
      sampleSize: 5,
      owner: "Olga (originals)",
    },
    explanation: "3 of 5 originals are shown to at least 20 people within the first 5 places; 2 are not.",
    examples: [`Casino (1995): 12 people`, `${MARKUP}: nobody`],
  },
  {
    ...SHARE,
    ...{ id: "must_have.top_by_revenue", group: "must_have", verdict: "pass", severity: "error" },
    ...{ title: "Top 50 by revenue", value: 1, threshold: 1, championValue: 1, sampleSize: 50 },
    explanation: "All 50 items are shown to at least one person.",
    examples: [],
  },
  {
    ...PLAIN,
    ...{ id: "forbidden.adult", group: "forbidden", verdict: "pass", severity: "error", unit: "count" },
    ...{
      title: "18+ titles on children's profiles",
      value: 0,
      threshold: 0,
      championValue: 0,
      sampleSize: 610,
    },
    explanation: "None of 43 titles is shown to any of 88 people; everybody was looked at.",
    examples: [],
  },
  {
    ...SHARE,
    ...{ id: "coverage.people", group: "coverage", verdict: "pass", severity: "error" },
    ...{ title: "People with a full shelf", value: 1, threshold: 0.99, championValue: 1 },
    explanation: "100 % of the people get a full shelf; at least 99 % was asked for.",
    examples: [],
  },
  {
    ...SHARE,
    ...{ id: "coverage.value", group: "coverage", verdict: "fail", severity: "warn" },
    ...{
      title: "Plays that are reached",
      value: 0.684,
      threshold: 0.7,
      championValue: 0.731,
      sampleSize: 9_742,
    },
    explanation:
      "Items with 68 % of all plays are shown to somebody; 70 % was asked for, and 73 % are today.",
    examples: Array.from({ length: 9 }, (_, film) => titleOf(film)),
  },
  {
    ...SHARE,
    ...{ id: "slice.age", group: "slice", verdict: "fail", severity: "warn", unit: "ndcg" },
    ...{ title: "Ages: nobody loses more than 10 %", value: -0.031, threshold: -0.02, owner: "Sam (growth)" },
    explanation: "Age 65+ is served 14 % worse than today; at most 10 % was asked for.",
    examples: ["65+: 0.181 against 0.212"],
  },
  {
    ...PLAIN,
    ...{ id: "extreme.heaviest", group: "extreme", verdict: "inconclusive", severity: "warn", unit: "count" },
    ...{ title: "The heaviest 0.1 %", value: null, threshold: 10, sampleSize: 0 },
    explanation: "Fewer than 1,000 people: there is no heaviest 0.1 % to look at.",
    examples: [],
  },
  {
    ...PLAIN,
    ...{ id: "extreme.no_history", group: "extreme", verdict: "pass", severity: "error", unit: "count" },
    ...{ title: "People without history", value: 10, threshold: 10, championValue: 10, sampleSize: 1 },
    explanation:
      "A person without history is shown the popularity list: 10 items of the 10 that fit on a shelf.",
    examples: [],
  },
];

const at = (mean: number, half: number): Estimate => ({ mean, low: mean - half, high: mean + half });
const slice = (
  segment: string,
  name: string,
  people: number,
  own: number,
  live: number,
  half: number,
): Slice => ({
  segment,
  slice: name,
  people,
  judged: Math.round(people * 0.8),
  ndcg: at(own, half),
  championNdcg: at(live, half),
  change: at(own - live, half / 2),
  ...{ fullShelves: 1, itemCoverage: 0.08, valueCoverage: 0.52 },
  verdict: own - live < -0.02 ? "fail" : "pass",
  explanation: `${name}: NDCG ${own} against ${live}.`,
});
const SLICES: Slice[] = [
  slice("age", "65+", 96, 0.181, 0.212, 0.02),
  slice("region", `North-west ${MARKUP}`, 120, 0.221, 0.229, 0.022),
  slice("age", "18-24", 143, 0.244, 0.201, 0.018),
  slice("region", "South", 310, 0.251, 0.2, 0.014),
  {
    ...slice("age", "0-17", 12, 0, 0, 0),
    ...{ judged: 9, ndcg: null, championNdcg: null, change: null, fullShelves: null, itemCoverage: null },
    ...{ valueCoverage: null, verdict: "inconclusive" },
    explanation: "Only 9 people could be judged; at least 30 are needed to tell.",
  },
];
