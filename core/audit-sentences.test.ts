import { describe, expect, it } from "vitest";
import { type StoryEntry, sentenceOf } from "./audit-sentences.ts";

const entry = (of: Partial<StoryEntry>): StoryEntry => ({
  ...{ at: "2026-11-25T03:00:00.000Z", position: 1, by: "ada", action: "apply", subject: "run shop-1" },
  detail: {},
  ...of,
});

describe("an entry of the audit log as a sentence", () => {
  it("says who did what, and Holt where nobody did", () => {
    expect(sentenceOf(entry({ action: "add_person", subject: "person rita" }))).toBe("ada added person rita");
    expect(sentenceOf(entry({ action: "issue_token", subject: "person rita", by: null }))).toBe(
      "Holt issued a token for person rita",
    );
    const incident = { subject: "incident 1", by: null, detail: { cause: "source:a", title: "No data" } };
    expect(sentenceOf(entry({ action: "open_incident", ...incident }))).toBe(
      'Holt opened incident 1: "No data"',
    );
  });

  it("tells a comment's place alone where the log doesn't hold its words", () => {
    const of = entry({ action: "comment", detail: { check: "case.late" } });
    expect(sentenceOf(of)).toBe('ada commented on check "case.late"');
    expect(sentenceOf({ ...of, detail: { words: "Why?" } })).toBe('ada commented on the report: "Why?"');
  });

  it("tells an action that it has no words for by its name", () => {
    expect(sentenceOf(entry({ action: "water_plants" }))).toBe("ada: water plants (run shop-1)");
    for (const action of ["constructor", "toString", "valueOf"])
      expect(sentenceOf(entry({ action }))).toBe(`ada: ${action} (run shop-1)`);
    const detail = { channel: "constructor", release: "1", report: "2" };
    expect(sentenceOf(entry({ action: "approve", detail }))).toBe(
      "ada approved release 1 on report 2, by constructor",
    );
  });
});
