import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "./json.ts";

it("sorts keys at every depth, keeps the order of lists, leaves undefined out", () => {
  expect(canonicalJson({ b: [2, 1, { d: null, c: "ä" }], a: undefined, A: true })).toBe(
    '{"A":true,"b":[2,1,{"c":"ä","d":null}]}',
  );
});

it("gives the same text whatever order the keys were written in, and it reads back as the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(reversed(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
