import { expect, it } from "vitest";
import type { EditorialRule } from "../../core/editorial-rules.ts";
import { RuleBook } from "./rule-book.ts";

const ban = (itemId: string, from: string, until: string | null): EditorialRule => ({
  ...{ id: itemId, kind: "ban", itemId, rank: null, factor: null, from, until },
});
const bannedAt = (book: RuleBook, time: string) => [...book.at(Date.parse(time)).banned].join("");

it("says what holds as time goes on, rules begin and end, and others are said", () => {
  const book = new RuleBook();
  expect(bannedAt(book, "2026-01-01T00:00:00Z")).toBe("");
  book.rules = [
    ban("a", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"),
    ban("b", "2026-01-02T00:00:00Z", null),
  ];
  expect(bannedAt(book, "2025-12-31T00:00:00Z")).toBe("");
  expect(bannedAt(book, "2026-01-01T00:00:00Z")).toBe("a");
  expect(bannedAt(book, "2026-01-01T12:00:00Z")).toBe("a");
  expect(bannedAt(book, "2026-01-02T00:00:00Z")).toBe("ab");
  expect(bannedAt(book, "2026-01-03T00:00:00Z")).toBe("b");
  expect(bannedAt(book, "2027-01-03T00:00:00Z")).toBe("b");
  book.rules = [];
  expect(bannedAt(book, "2027-01-03T00:00:00Z")).toBe("");
});
