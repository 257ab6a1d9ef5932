import { expect, it } from "vitest";
import { genresIn, genreTable, itemsByGenre } from "./genres.ts";

it("takes one genre or several with strokes between them, each once, and none from an empty cell", () => {
  expect(genresIn("Drama")).toEqual(["Drama"]);
  expect(genresIn(" Comedy | Drama|Comedy| ")).toEqual(["Comedy", "Drama"]);
  expect([genresIn(""), genresIn(null), genresIn("|")]).toEqual([[], [], []]);
});

it("keeps only items that have one", () => {
  expect([
    ...genreTable([
      ["a", "Drama"],
      ["b", null],
      ["c", ""],
    ]),
  ]).toEqual([["a", ["Drama"]]]);
});

it("turns the table round", () => {
  const table = genreTable([
    ["a", "Drama"],
    ["b", "Comedy|Drama"],
  ]);
  expect(Object.fromEntries(itemsByGenre(table))).toEqual({ Drama: ["a", "b"], Comedy: ["b"] });
});
