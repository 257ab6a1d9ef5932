import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { printableJson } from "./printable-json.ts";

it("writes as escapes what JSON leaves bare and a terminal obeys", () => {
  expect(printableJson(JSON.stringify({ "\u009b2J": "\u007f\u202eé日" }))).toBe(
    '{"\\u009b2J":"\\u007f\\u202eé日"}',
  );
});

test.prop([fc.jsonValue(), fc.string({ unit: "binary" })])(
  "means the same, and steers nothing",
  (value, text) => {
    const data = { value, text, [text]: 1 };
    const written = printableJson(JSON.stringify(data));
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(data)));
    expect(written).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  },
);
