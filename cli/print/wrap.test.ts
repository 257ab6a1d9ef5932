import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { drawPairs, drawTable } from "./table.ts";
import { wrap } from "./wrap.ts";

test.prop([
  fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("a", "b", "-") })),
  fc.integer({ min: 20, max: 90 }),
])("no line is wider than the terminal unless a word is, and no word is lost", (words, width) => {
  const text = words.join(" ");
  const lines = wrap(text, 4, width).split("\n");
  expect(lines.map((line) => line.trim()).join(" ")).toBe(text);
  for (const [at, line] of lines.entries()) {
    const own = at === 0 ? line.length + 4 : line.length;
    if (own > width) expect(line.trim()).not.toContain(" ");
  }
});

it("keeps a number and its percent sign on one line", () => {
  expect(wrap("at least 70 % of all", 0, 12)).toBe("at least\n70 % of all");
});

it("stays as it is where nobody looks: in a file or a pipe", () => {
  const long = "word ".repeat(100).trim();
  expect(wrap(long)).toBe(long);
});

it("has the value of a pair under itself", () => {
  expect(drawPairs([["because", "it finds more of what people chose next"]], 30)).toBe(
    "because  it finds more of what\n         people chose next",
  );
});

it("has a table's last column in lines of its own where it has no room, else under itself", () => {
  const headings = ["run", "state", "what"];
  const rows = [
    ["films-20261124T030000", "open", "als may go live, with three things to weigh"],
    ["films-20261125T030000", "open", ""],
  ];
  expect(drawTable(headings, rows, 44)).toBe(
    [
      "run                    state",
      "    what",
      "films-20261124T030000  open",
      "    als may go live, with three things to",
      "    weigh",
      "films-20261125T030000  open",
    ].join("\n"),
  );
  expect(drawTable(["id", "why"], [["1", "on holiday until the first of December"]], 32)).toBe(
    ["id  why", "1   on holiday until the first", "    of December"].join("\n"),
  );
});
