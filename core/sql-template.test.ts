import { expect, it } from "vitest";
import { fillTemplate, findReferences, hasUnclosedPlace, usesAsOf } from "./sql-template.ts";

it("finds each name once, in the order of first use, without as_of", () => {
  const sql = "select * from {{ b }} b join {{a}} using (id) join {{  b  }} where known <= {{ as_of }}";
  expect(findReferences(sql)).toEqual(["b", "a"]);
});

it("finds names that are none, so that they can be refused", () => {
  expect(findReferences("select * from {{ Titles! }} join {{}}")).toEqual(["Titles!", ""]);
});

it("tells SQL that asks for the run's date from SQL that doesn't", () => {
  expect(usesAsOf("select {{as_of}}")).toBe(true);
  expect(usesAsOf("select as_of from {{ as_of_table }}")).toBe(false);
});

it("replaces every place, and leaves the rest as it is", () => {
  const filled = fillTemplate(
    "select '{ x }' from {{ a }}, {{ b }} where t < {{ as_of }}",
    (name) => `<${name}>`,
  );
  expect(filled).toBe("select '{ x }' from <a>, <b> where t < <as_of>");
});

it("takes what replaces a name literally", () => {
  expect(fillTemplate("select {{ a }}", () => "$1 $& {{ b }}")).toBe("select $1 $& {{ b }}");
});

it.each(["from {{ a }", "from { a }}", "from {{ a {{ b }}", "from a }}"])(
  "sees that %s is not closed",
  (sql) => {
    expect(hasUnclosedPlace(sql)).toBe(true);
  },
);

it("is content with closed places and single braces", () => {
  expect(hasUnclosedPlace("select '{1,2}'::int[] from {{ a }}")).toBe(false);
});
