import { expect, it } from "vitest";
import { wrap } from "./narrator.ts";

it("breaks between words, and leaves a word that is longer than the line whole", () => {
  expect(wrap("pass: all people get a full shelf", 16)).toBe("pass: all people\n  get a full\n  shelf");
  expect(wrap("see http://127.0.0.1:7400/runs now", 12)).toBe("see\n  http://127.0.0.1:7400/runs\n  now");
  expect(wrap("  pass: all people get", 16)).toBe("  pass: all\n    people get");
  expect(wrap("as it is", Number.POSITIVE_INFINITY)).toBe("as it is");
});
