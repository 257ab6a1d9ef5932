import { type QaReport, qaReportSchema, type ShelfItem } from "../../core/qa-report.ts";
import { exampleReport } from "../support/page-report.ts";

/** Words that the schema fixes, and the one subject that pages know by its name. */
const FIXED = new Set(["verdict", "severity", "group", "unit", "change", "kind"]);
const CHAMPION = "champion";
/** By these a page tells one thing from another, so each must be another's. */
const NAMES = new Set(["id", "itemId", "user", "subject", "slice"]);
const CANDIDATE = "als";

/**
 * A whole report whose every free text is one of these, each of them at each kind of place; the first stands for what a
 * report has once. It fits the schema, as a hostile worker's would.
 */
export function hostileReport(texts: readonly string[]): QaReport {
  const copies = texts.map(withText);
  const [first] = copies;
  if (!first) throw new Error("hostileReport: no text is given; give one at least");
  const all = <T>(part: (report: QaReport) => T[]) => copies.flatMap(part);
  const headline = texts.join(" ");
  return qaReportSchema.parse({
    ...first,
    ...{ headline, valueLabel: headline },
    metrics: all(({ metrics }) => metrics),
    checks: all(({ checks }) => checks),
    reach: all(({ reach }) => reach),
    unreachable: { ...first.unreachable, items: all(({ unreachable }) => unreachable.items) },
    slices: all(({ slices }) => slices),
    behaviour: all(({ behaviour }) => behaviour),
    previews: all(({ previews }) => previews.slice(0, 1)),
  });
}

/** The shortest report that a list of reviews can show. */
export function hostileSummary(text: string): QaReport {
  const { previews: _, ...report } = withText(text);
  return { ...report, ...{ metrics: [], checks: [], reach: [], slices: [], behaviour: [], previews: [] } };
}

function withText(text: string): QaReport {
  let names = 0;
  const replace = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") {
      if (FIXED.has(key) || value === CHAMPION) return value;
      if (!NAMES.has(key) || value === CANDIDATE) return text;
      names += 1;
      return `${text} ${names}`;
    }
    if (Array.isArray(value)) return value.map((part) => replace(part, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replace(part, name)]));
  };
  const report = replace(exampleReport(CANDIDATE)) as QaReport;
  const pictured = (shelf: ShelfItem[]) => shelf.map((item) => ({ ...item, picture: text }));
  return {
    ...report,
    previews: report.previews.map((preview) => ({
      ...preview,
      candidate: pictured(preview.candidate),
      baseline: pictured(preview.baseline),
      champion: pictured(preview.champion ?? []),
    })),
  };
}
