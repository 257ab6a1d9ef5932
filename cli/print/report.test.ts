import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { exampleReport, RULES } from "../../tests/support/page-report.ts";
import { reviewOf } from "../../tests/support/page-review.ts";
import { drawReview } from "./report.ts";

it("tells the checks worst first: what failed, what cannot be told, what passed", () => {
  const example = exampleReport("als");
  const checks = example.checks.map((check) =>
    check.id === "must_have.originals" ? { ...check, severity: "error" as const } : check,
  );
  const report = { ...example, checks };
  const drawn = stripVTControlCharacters(drawReview(reviewOf({ report })));
  const verdicts = [...drawn.matchAll(/^(fail|to weigh|inconclusive|pass) /gm)].map(([, verdict]) => verdict);
  expect(verdicts).toHaveLength(report.checks.length);
  // a failed warning stops nothing, and is called as on the page
  const toWeigh = report.checks.filter(({ verdict, severity }) => verdict === "fail" && severity === "warn");
  expect(verdicts.filter((verdict) => verdict === "to weigh")).toHaveLength(toWeigh.length);
  const order = ["fail", "to weigh", "inconclusive", "pass"];
  expect(verdicts).toEqual(verdicts.toSorted((a, b) => order.indexOf(a ?? "") - order.indexOf(b ?? "")));
  expect(new Set(verdicts)).toEqual(new Set(order));
});

it("tells the editorial rules, what each did to a shelf, and which one it could not keep", () => {
  const drawn = stripVTControlCharacters(drawReview(reviewOf({ report: exampleReport("als") })));
  const inOneLine = drawn.replace(/\s+/g, " ");
  expect(inOneLine).toContain("Editorial rules, part of the release; all lists are after them");
  for (const { name, says } of RULES) expect(inOneLine).toContain(`${says} (${name})`);
  expect(inOneLine).toContain("pinned by “cup_final”");
  expect(inOneLine).toContain("taken away by rules: “The Godfather (1972)” (banned by “no_sequels”)");
  expect(inOneLine).toContain("too few items for the rules: some_news");
  const { rules: _, ...without } = exampleReport("als");
  const none = stripVTControlCharacters(drawReview(reviewOf({ report: without })));
  expect(none).not.toContain("Editorial rules");
});
