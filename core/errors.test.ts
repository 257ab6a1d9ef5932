import { expect, it } from "vitest";
import * as errors from "./errors.ts";

const { NEVER_RETRIED, ...classes } = errors;

it.each(Object.entries(classes))(
  "%s carries its own name, by which Temporal goes, and is never retried",
  (name, ErrorClass) => {
    const cause = new Error("the original");
    const error = new ErrorClass("place: value, what is wrong; remedy", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, message: "place: value, what is wrong; remedy", cause });
    expect(NEVER_RETRIED).toContain(name);
  },
);

it("lists no name of an error that isn't there", () => {
  expect([...NEVER_RETRIED].sort()).toEqual(Object.keys(classes).sort());
});
