import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { exampleReport } from "../../tests/support/page-report.ts";
import { reviewOf } from "../../tests/support/page-review.ts";
import { drawReview } from "./report.ts";

it("tells the checks worst first: what failed, what cannot be told, what passed", () => {
  const report = exampleReport("als");
  const drawn = stripVTControlCharacters(drawReview(reviewOf({ report })));
  const verdicts = [...drawn.matchAll(/^(fail|inconclusive|pass) /gm)].map(([, verdict]) => verdict);
  expect(verdicts).toHaveLength(report.checks.length);
  const order = ["fail", "inconclusive", "pass"];
  expect(verdicts).toEqual(verdicts.toSorted((a, b) => order.indexOf(a ?? "") - order.indexOf(b ?? "")));
  expect(new Set(verdicts)).toEqual(new Set(order));
});
