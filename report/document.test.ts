import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type QaReport, qaReportSchema } from "../core/qa-report.ts";
import { exampleReport, failedReport, RULES } from "../tests/support/page-report.ts";
import { drawDocument } from "./document.ts";
import { DOCUMENT_POLICY } from "./file.ts";

const digests = { releaseDigest: "1".repeat(64), reportDigest: "2".repeat(64) };
const draw = (report: QaReport) =>
  drawDocument({ runId: "movies-1", choice: "als finds 40 % more", report, ...digests });

/** Words that the schema itself fixes. */
const FIXED = new Set(["verdict", "severity", "group", "unit", "change", "kind"]);

/** The report with each of its texts replaced. */
function withTexts(report: QaReport, text: string): QaReport {
  const replace = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return FIXED.has(key) ? value : text;
    if (Array.isArray(value)) return value.map((part) => replace(part));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replace(part, name)]));
  };
  return qaReportSchema.parse(replace(report));
}

/** The document's tags in their order, without what their attributes say. */
const tagsOf = (markup: string) => markup.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

describe("the document", () => {
  it("says verdict and headline first, then what to look at, then all the rest, with both digests", () => {
    const markup = draw(exampleReport("als"));
    const places = [
      "movies: als",
      "als may go live, with 3 things to weigh",
      digests.releaseDigest,
      digests.reportDigest,
      "What to look at",
      "All checks",
      "Segments of people",
      "<h2>Reach",
      "Items that nobody is shown",
      "<h2>Behaviour",
      "Figures of all candidates",
      "What it would have earned: an estimate",
      "Shelves of people",
    ].map((words) => markup.indexOf(words, markup.indexOf("<body>")));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("names what must not go live before what there is to weigh", () => {
    const markup = draw(failedReport("als"));
    const first = markup.indexOf('<li class="is-fail">');
    expect(markup.slice(first, first + 400)).toContain("Manager&#39;s case 1");
    expect(markup.slice(first, first + 400)).toContain("must hold · ask Maria (news)");
  });

  it("fetches nothing, runs nothing, and links nowhere", () => {
    const markup = draw(exampleReport("als"));
    expect(markup).not.toMatch(/<(script|link|img|iframe|object|embed|form|a|svg|base)\b/i);
    expect(tagsOf(markup)?.join("\n")).not.toMatch(/ (style|src|href|on\w+)=/i);
    expect(markup).not.toMatch(/@import|url\(/);
    expect(DOCUMENT_POLICY).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/);
  });

  it("is the same for the same report, and short enough to mail", () => {
    const markup = draw(exampleReport("als"));
    expect(draw(exampleReport("als"))).toBe(markup);
    expect(markup.length).toBeLessThan(200_000);
  });

  it("tells the editorial rules, what each did to a shelf, and which one it could not keep", () => {
    const markup = draw(exampleReport("als"));
    expect(markup).toContain("<h2>Editorial rules</h2>");
    for (const { name, says } of RULES)
      expect(markup).toContain(`<li>${says} <span class="quiet">${name}</span>`);
    expect(markup).toContain("pinned by “cup_final”");
    expect(markup).toContain("“The Godfather (1972)” (banned by “no_sequels”)");
    expect(markup).toContain("Too few items for the rules:</span> some_news");
    const { rules: _, offPolicy: __, ...without } = exampleReport("als");
    expect(draw(without)).not.toContain("What it would have earned");
    expect(draw(without)).not.toContain("Editorial rules");
  });

  it("holds nothing but a head where a report holds nothing", () => {
    const empty: QaReport = {
      ...exampleReport("als"),
      ...{ checks: [], metrics: [], reach: [], slices: [], behaviour: [], previews: [] },
      unreachable: { count: 0, valueShare: 0, items: [] },
    };
    expect(draw(empty)).toContain("Every item of value is shown to somebody.");
    expect(draw(empty)).not.toContain("Shelves of people");
  });

  const plain = tagsOf(draw(withTexts(exampleReport("als"), "plain")));
  test.prop([
    fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."<>\"'&/=!-; abs") })),
  ])("has the same tags whatever stands in its texts", (text) => {
    expect(tagsOf(draw(withTexts(exampleReport("als"), `x${text}x`)))).toEqual(plain);
  });
});
