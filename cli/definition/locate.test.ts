import { expect, it } from "vitest";
import { locateSetting } from "./locate.ts";

/** Line of the one place that the source marks with `<<`. */
function marked(source: string): number {
  return source.split("\n").findIndex((line) => line.includes("<<")) + 1;
}

it.each<[how: string, path: (string | number)[], source: string]>([
  ["in a call", ["a", "b"], "export default defineModel({\n a: {\n  b: 1, // <<\n },\n});"],
  ["in a plain object", ["a", "b"], "export default {\n a: {\n  b: 1, // <<\n },\n};"],
  ["with `satisfies` behind", ["b"], "export default {\n a: 1,\n b: 2, // <<\n} satisfies DefinitionInput;"],
  [
    "of a constant",
    ["a", "b"],
    "const model = {\n a: {\n  b: 1 /* << */\n }\n};\nexport default defineModel(model);",
  ],
  [
    "of a constant with a type",
    ["b"],
    "const model: Record<string, { b: 1 }> = {\n b: 2, // <<\n};\nexport default model;",
  ],
  ["in a constant of a constant", ["a", "b"], "const a = {\n b: 1, // <<\n};\nexport default { a };"],
  ["in what is spread", ["b"], "const shared = {\n b: 1, // <<\n};\nexport default { a: 1, ...shared };"],
  ["under a name in quotes", ["a-b"], 'export default {\n a: 1,\n "a-b": 1, // <<\n};'],
  ["in a list", ["a", 1], 'export default {\n a: [\n  "x",\n  "y", // <<\n ],\n};'],
  [
    "in a group in a list",
    ["a", 1, "b"],
    "export default {\n a: [\n  { b: 1 },\n  {\n   b: 2, // <<\n  },\n ],\n};",
  ],
  [
    "behind a template with braces",
    ["b"],
    `export default {\n a: \`{ \${[1].map((n) => \`}\${n}\`)} {{ x }}\n\`,\n b: 1, // <<\n};`,
  ],
  [
    "behind strings and comments with marks",
    ["b"],
    "export default {\n a: \"},{\", // ],}\n /* b: 1, */ c: '\\'}',\n b: 1, // <<\n};",
  ],
  ["behind a computed value", ["b"], "export default {\n a: f({ b: 1 }, [2]),\n b: 2, // <<\n};"],
  ["of the group when it isn't there", ["a", "missing"], "export default {\n a: { // <<\n  b: 1,\n },\n};"],
  [
    "of the name when the value comes from elsewhere",
    ["a", "b"],
    'import { a } from "./a.ts";\nexport default {\n a, // <<\n};',
  ],
  ["of the export when nothing is there", ["missing"], "\nexport default {}; // <<"],
])("finds the line %s", (_, path, source) => {
  expect(locateSetting(source, path)).toBe(marked(source));
});

it.each(["", "const a = 1;", "export const a = { b: 1 };"])(
  "gives no line when nothing is exported: %s",
  (source) => {
    expect(locateSetting(source, ["b"])).toBeUndefined();
  },
);

it("ends on constants that name each other", () => {
  expect(locateSetting("const a = b;\nconst b = a;\nexport default a;", ["x"])).toBe(3);
});

it.each([
  `\`\${\``,
  "export default {",
  "export default { a: [",
  `export default { a: \`\${ b`,
  '"\n',
  "export default ((((",
  "export default ...a",
])("ends on a text that is broken: %s", (source) => {
  expect(() => locateSetting(source, ["a", 0, "b"])).not.toThrow();
});
