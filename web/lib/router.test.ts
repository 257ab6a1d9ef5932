import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { matchPath } from "./router.ts";

describe("an address and a pattern", () => {
  it("fit when all fixed parts are the same, and give the named ones", () => {
    expect(matchPath("/runs/:id/review", "/runs/movies-7/review")).toEqual({ id: "movies-7" });
    expect(matchPath("/", "/")).toEqual({});
  });

  it("don't fit when one is longer, or a fixed part differs", () => {
    expect(matchPath("/runs/:id", "/runs")).toBeUndefined();
    expect(matchPath("/runs/:id", "/runs/7/review")).toBeUndefined();
    expect(matchPath("/runs/:id", "/models/7")).toBeUndefined();
  });

  it("fit with a slash at the end, and with signs that are no encoding", () => {
    expect(matchPath("/reviews", "/reviews/")).toEqual({});
    expect(matchPath("/runs/:id", "/runs/100%")).toEqual({ id: "100%" });
  });

  test.prop([fc.string({ unit: "grapheme", minLength: 1 })])("give back any name that was encoded", (id) => {
    expect(matchPath("/runs/:id", `/runs/${encodeURIComponent(id)}`)).toEqual({ id });
  });
});
