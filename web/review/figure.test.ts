import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { Check } from "../../core/qa-report.ts";
import { exampleReport } from "../../tests/support/page-report.ts";
import { CheckFigure } from "./figure.tsx";

const byId = (id: string): Check => {
  const found = exampleReport("als").checks.find((check) => check.id === id);
  if (!found) throw new Error(id);
  return found;
};
const draw = (check: Check) => renderToStaticMarkup(createElement(CheckFigure, { check }));
const fact = (name: string, value: string) => `<dt>${name}</dt><dd>${value}</dd>`;

describe("the figure of a check", () => {
  it("stands against what was asked for and what is live, with who answers for it", () => {
    const html = draw(byId("must_have.originals"));
    for (const [name, value] of [
      ["Value", "60 %"],
      ["Asked for", "100 %"],
      ["Live now", "100 %"],
      ["Looked at", "5"],
      ["Owner", "Olga (originals)"],
    ] as const)
      expect(html).toContain(fact(name, value));
  });

  it("is never 0 where it isn't known, and leaves out what there is not", () => {
    const html = draw(byId("extreme.heaviest"));
    expect(html).toContain(fact("Value", "cannot tell"));
    expect(html).not.toContain("Live now");
    expect(html).not.toContain("Looked at");
    expect(html).not.toContain("<svg");
  });

  it("is drawn as a bar for shares only, and never over its end", () => {
    expect(draw(byId("forbidden.adult"))).not.toContain("<svg");
    const html = draw({ ...byId("coverage.value"), value: 1.7, threshold: -0.2 });
    expect(html).toMatch(/bar-value bar-fail" width="100"/);
    expect(html).toMatch(/bar-threshold" x="-0.5"/);
  });
});
