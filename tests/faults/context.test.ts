import { describe, expect, inject, it } from "vitest";
import { runRow } from "./context.ts";
import type { FaultRow } from "./row.ts";

const servers = {
  postgresUrl: inject("postgresUrl"),
  temporalAddress: inject("temporalAddress"),
  temporalFile: inject("temporalFile"),
};
/** For what never ends; the rows here that do end are done at once. */
const SOON_MS = 20;

function rowOf(run: FaultRow["run"]): FaultRow {
  return { id: "S-00", title: "a row", bound: "it ends", counts: { quick: 1, full: 1 }, run };
}

describe("a row of faults", () => {
  it("that breaks is a failure with its reason, and what it opened is closed", async () => {
    const closed: string[] = [];
    const row = rowOf(async ({ cleanUp }) => {
      cleanUp(() => closed.push("first"));
      cleanUp(() => closed.push("second"));
      throw new Error("no such table");
    });
    const { n, failures } = await runRow(row, { n: 1, seed: 1, servers });
    expect({ n, failures }).toEqual({
      n: 0,
      failures: [expect.stringContaining("broke: Error: no such table")],
    });
    expect(closed).toEqual(["second", "first"]);
  });

  it("that never ends is a failure, and what it opened is closed", async () => {
    let isClosed = false;
    const row = rowOf(({ cleanUp }) => {
      cleanUp(() => (isClosed = true));
      return new Promise(() => {});
    });
    const { failures } = await runRow(row, { n: 1, seed: 1, servers, longestRowMs: SOON_MS });
    expect(failures).toEqual([expect.stringContaining("had not ended after 0.02 s")]);
    expect(isClosed).toBe(true);
  });

  it("closes the rest when one thing cannot be closed or never closes, and says so", async () => {
    let isClosed = false;
    const row = rowOf(async ({ cleanUp }) => {
      cleanUp(() => (isClosed = true));
      cleanUp(() => new Promise(() => {}));
      cleanUp(() => {
        throw new Error("is gone");
      });
      return { n: 1, failures: [] };
    });
    const { failures } = await runRow(row, { n: 1, seed: 1, servers, longestEndMs: SOON_MS });
    expect(failures).toEqual([
      expect.stringContaining("could not be closed: Error: is gone"),
      expect.stringContaining("could not be closed: Error: had not ended after 0.02 s"),
    ]);
    expect(isClosed).toBe(true);
  });

  it("that did fewer trials than asked for has failed", async () => {
    const row = rowOf(async () => ({ n: 3, failures: [] }));
    expect(await runRow(row, { n: 4, seed: 1, servers })).toEqual({
      n: 3,
      failures: ["only 3 of 4 trials were done"],
    });
  });
});
