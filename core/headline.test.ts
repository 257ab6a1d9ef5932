import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { defineQa } from "../tests/support/qa-films.ts";
import { headline } from "./headline.ts";
import { nameFew, quote, type ToldCheck } from "./qa-check.ts";
import { composeReport, weighChecks } from "./qa-composition.ts";
import { CHECK_GROUPS, type MetricsRow, qaReportSchema } from "./qa-report.ts";

function check(change: Partial<ToldCheck> = {}): ToldCheck {
  return {
    id: "must_have.top",
    group: "must_have",
    title: "Must-have items: top",
    verdict: "pass",
    severity: "error",
    value: 1,
    threshold: 1,
    unit: "count",
    championValue: null,
    sampleSize: 100,
    owner: null,
    explanation: "It is as asked.",
    examples: [],
    ...change,
  };
}

function row(subject: string, ndcg: number | null): MetricsRow {
  return { subject, ndcg, recall: null, coverage: null, people: 100, sizeBytes: null };
}

const LOST = check({
  verdict: "fail",
  clause: "20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody",
});
const METRICS = [row("popularity", 0.1), row("als", 0.309), row("champion", 0.3)];

function tell(checks: ToldCheck[], metrics = METRICS, candidate = "als"): string {
  return headline({ candidate, verdict: weighChecks(checks), checks, metrics });
}

describe("the first sentence", () => {
  it("says what must not go live, why with names, and that it ranks better all the same", () => {
    expect(tell([check({ id: "x" }), LOST])).toBe(
      "als must not go live: 20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody, though it ranks 3 % better than what is live.",
    );
  });

  it("compares with the popularity list while nothing is live, and says also what is worse", () => {
    expect(tell([LOST], [row("popularity", 0.4), row("als", 0.3)])).toMatch(
      /shown to nobody, and it ranks 25 % worse than the popularity list\.$/,
    );
    expect(tell([LOST], [row("als", 0.3), row("champion", 0.3)])).toMatch(
      /, and it ranks only as well as what is live\.$/,
    );
    expect(tell([LOST], [row("popularity", 0), row("als", null)])).toMatch(/are shown to nobody\.$/);
  });

  it("tells the most important first, two of them, and how many more there are", () => {
    const forbidden = check({ group: "forbidden", verdict: "fail", clause: "“Saw” is shown to 3 people" });
    const others = ["case", "extreme", "behaviour"] as const;
    const checks = [
      ...others.map((group) => check({ group, verdict: "fail", clause: group })),
      LOST,
      forbidden,
    ];
    expect(tell(checks, [])).toBe(
      "als must not go live: “Saw” is shown to 3 people; 20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody; 3 more checks failed.",
    );
  });

  it("says what cannot be told, and why", () => {
    const unsure = check({ verdict: "inconclusive", explanation: "Its query gave no items." });
    expect(tell([unsure])).toBe(
      "Whether als may go live cannot be told: “Must-have items: top”: Its query gave no items.",
    );
  });

  it("says what may go live, and what is to be weighed", () => {
    expect(tell([check(), check({ id: "y" })])).toBe(
      "als may go live: all 2 checks passed, and it ranks 3 % better than what is live.",
    );
    expect(tell([check(), check({ severity: "warn", verdict: "inconclusive" })])).toMatch(
      /^als may go live: 1 check passed and 1 check could not be told, and it ranks/,
    );
    expect(tell([check(), { ...LOST, severity: "warn" }])).toBe(
      "als may go live, with 1 thing to weigh: 20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody, and it ranks 3 % better than what is live.",
    );
    expect(tell([check()], [row("popularity", 0.1)], "popularity")).toBe(
      "The popularity list may go live: 1 check passed.",
    );
  });

  const anyCheck = fc.record({
    group: fc.constantFrom(...CHECK_GROUPS),
    severity: fc.constantFrom("error" as const, "warn" as const),
    verdict: fc.constantFrom("pass" as const, "fail" as const, "inconclusive" as const),
    clause: fc.string({ maxLength: 3_000 }),
    explanation: fc.string({ maxLength: 3_000 }),
    title: fc.string({ maxLength: 300 }),
  });
  prop.prop([fc.array(anyCheck, { maxLength: 60 })])("is never longer than 700 characters", (some) => {
    const sentence = tell(some.map((change) => check(change)));
    expect(Array.from(sentence).length).toBeLessThanOrEqual(700);
    expect(sentence.endsWith(".")).toBe(true);
  });
});

describe("names", () => {
  it("are cut where they are long, and counted where they are many", () => {
    expect(quote("x".repeat(41))).toBe(`“${"x".repeat(39)}…”`);
    expect(quote("x".repeat(40))).toBe(`“${"x".repeat(40)}”`);
    expect(nameFew(["A"])).toBe("A");
    expect(nameFew(["A", "B", "C", "D"])).toBe("A, B, C and D");
    expect(nameFew(["A", "B", "C", "D", "E"])).toBe("A, B, C and 2 more");
  });
});

describe("the report", () => {
  it("fits its schema and tells its checks in the order of the groups", () => {
    const report = composeReport({
      definition: defineQa({}),
      candidate: "als",
      championVersion: 3,
      people: 100,
      items: 5,
      valueLabel: "plays",
      metrics: METRICS,
      checks: [check({ group: "soundness", id: "s" }), LOST, check({ group: "case", id: "c" })],
      reach: [],
      unreachable: { count: 0, valueShare: null, items: [] },
      slices: [],
      behaviour: [],
      previews: [],
    });
    expect(qaReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ model: "movies", verdict: "fail", k: 2, championVersion: 3 });
    expect(report.checks.map(({ id }) => id)).toEqual(["c", "must_have.top", "s"]);
  });

  const verdicts = fc.array(
    fc.record({
      severity: fc.constantFrom("error" as const, "warn" as const),
      verdict: fc.constantFrom("pass" as const, "fail" as const, "inconclusive" as const),
    }),
  );
  prop.prop([verdicts])("fails exactly when an error check failed, whatever the order", (checks) => {
    const hasFailed = checks.some(({ severity, verdict }) => severity === "error" && verdict === "fail");
    expect(weighChecks(checks) === "fail").toBe(hasFailed);
    expect(weighChecks(checks.toReversed())).toBe(weighChecks(checks));
  });
});
