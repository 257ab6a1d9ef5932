import { expect, it } from "vitest";
import { commandLine } from "./command-name.ts";

it("names a command as it can be called: by npm where npm started this one", () => {
  expect(commandLine("run show movies-1", { npm_lifecycle_event: "holt" })).toBe(
    "npm run holt -- run show movies-1",
  );
  expect(commandLine("run show movies-1", { npm_lifecycle_event: "test" })).toBe("holt run show movies-1");
  expect(commandLine("run show movies-1", {})).toBe("holt run show movies-1");
});
