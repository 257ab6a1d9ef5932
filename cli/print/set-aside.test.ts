import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { drawSetAside } from "./set-aside.ts";

const row = { source: "ratings", line: 1_203, reason: "rating: is not a number", raw: "p01,i02,many" };

it("lists rows set aside with place, reason and the row itself", () => {
  const lines = drawSetAside({ count: 1, rows: [row] }).map(stripVTControlCharacters);
  expect(lines.join("\n").split("\n")).toEqual([
    "",
    "source    line  why it was set aside     the row",
    "ratings  1,203  rating: is not a number  p01,i02,many",
  ]);
});

it("says how many more there are, and cuts what is too long to be read", () => {
  const drawn = drawSetAside({ count: 4_000, rows: [{ ...row, raw: "x".repeat(500) }] }).join("\n");
  expect(drawn).toContain(`${"x".repeat(59)}…`);
  expect(drawn).not.toContain("x".repeat(60));
  expect(drawn).toMatch(/\nand 3,999 more$/);
});

it("says nothing when every row was taken", () => {
  expect(drawSetAside({ count: 0, rows: [] })).toEqual([]);
});
