import { basename, dirname, resolve } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { reportFileName } from "./report-file.ts";

it("names the report after its run", () => {
  expect(reportFileName("movies-20261124T030000")).toBe("movies-20261124T030000.html");
  expect(reportFileName("shop-v1.2:nightly_3")).toBe("shop-v1.2_nightly_3.html");
});

it("makes no path of a run's name, and no hidden file or option", () => {
  expect(reportFileName("../../home/.profile")).toBe("__.._home_.profile.html");
  expect(reportFileName("-rf")).toBe("_rf.html");
});

test.prop([fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."./\\-\0a:") }))])(
  "names a file of the folder where the command runs, whatever the run is called",
  (runId) => {
    const path = resolve("/here", reportFileName(runId));
    expect(dirname(path)).toBe("/here");
    expect(basename(path)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*\.html$/);
    expect(basename(path).length).toBeLessThanOrEqual(255);
  },
);
