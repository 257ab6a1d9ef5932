import { stripVTControlCharacters } from "node:util";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { clean } from "./style.ts";
import { drawPairs, drawTable } from "./table.ts";
import { formatShare, formatSize, formatTime, stepState, stepTime, verdictCell } from "./words.ts";

describe("a table", () => {
  it("aligns words to the left and numbers to the right, and shows what is missing as a dash", () => {
    const drawn = drawTable(
      ["name", "count", "why"],
      [
        ["a", 7, "first"],
        ["longer", 12_345, null],
        [{ text: "red", style: "red" }, undefined, ""],
      ],
    );
    expect(stripVTControlCharacters(drawn).split("\n")).toEqual([
      "name     count  why",
      "a            7  first",
      "longer  12,345  –",
      "red          –",
    ]);
  });

  test.prop([
    fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), { minLength: 1 }),
  ])("has one line a row, whatever stands in it", (rows) => {
    expect(drawTable(["one", "two"], rows).split("\n")).toHaveLength(rows.length + 1);
  });

  it("puts the values of pairs in one column", () => {
    expect(
      stripVTControlCharacters(
        drawPairs([
          ["run", "a"],
          ["opened by", 7],
        ]),
      ),
    ).toBe("run        a\nopened by  7");
  });
});

test.prop([fc.string({ unit: "binary", maxLength: 40 })])("clean text steers no terminal", (text) => {
  expect(clean(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
});

test.prop([fc.string({ unit: fc.constantFrom("a", "ß", "日", "😀", " ", "-") })])(
  "clean text keeps words",
  (text) => {
    expect(clean(text)).toBe(text);
  },
);

it("writes times, shares and sizes for people", () => {
  expect(formatTime("2026-11-24T03:00:05.123Z")).toBe("2026-11-24 03:00:05 UTC");
  expect(formatTime(null)).toBe("–");
  expect(formatShare(0.1234)).toBe("12 %");
  expect(formatShare(0.0586)).toBe("5.9 %");
  expect(formatShare(null)).toBe("–");
  expect(formatSize(1_234)).toBe("0.001 MB");
  expect(formatSize(31_900_000)).toBe("31.9 MB");
});

it("says beside a passing verdict how much is left to weigh", () => {
  expect(verdictCell("pass")).toEqual({ text: "pass", style: "green" });
  expect(verdictCell("pass", 1)).toEqual({ text: "pass, 1 to weigh", style: "yellow" });
  expect(verdictCell("fail", 2)).toEqual({ text: "fail, 2 to weigh", style: "red" });
});

it("counts a running step's time up to now, and a finished one's to its end", () => {
  const startedAt = "2026-11-24T03:00:00.000Z";
  const now = new Date("2026-11-24T03:01:30Z");
  expect(stepTime({ startedAt, finishedAt: null }, now)).toBe("1.5 min");
  expect(stepTime({ startedAt, finishedAt: "2026-11-24T03:00:02Z" }, now)).toBe("2 s");
  expect(stepTime({ startedAt: null, finishedAt: null }, now)).toBe("");
});

it("says of an open review that it waits for a person, and of no other step", () => {
  expect(stepState({ kind: "review", state: "running" })).toEqual({
    text: "… waiting for a person",
    style: "yellow",
  });
  expect(stepState({ kind: "review", state: "done" })).toEqual({ text: "✓ done", style: "green" });
  expect(stepState({ kind: "train", state: "running" })).toEqual({ text: "… running", style: "cyan" });
});
