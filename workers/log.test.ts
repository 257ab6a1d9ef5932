import { expect, it } from "vitest";
import { describeError } from "./log.ts";

it("writes an error and its causes without the rows that hang on them", () => {
  const cause = Object.assign(new Error("duplicate key"), {
    code: "23505",
    detail: "Key (user_id)=(anna) exists",
  });
  const error = Object.assign(new Error("could not load", { cause }), { logTail: "17: anna,42" });
  const written = describeError(error);
  expect(written).toMatchObject({
    type: "Error",
    message: "could not load",
    cause: { code: "23505", message: "duplicate key" },
  });
  expect(JSON.stringify(written)).not.toContain("anna");
});
