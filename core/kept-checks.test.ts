import { expect, it } from "vitest";
import { checkBatch, checkLists, checkStaticFile, REMOVED_FILE } from "./kept-checks.ts";

const AT = new Date("2026-11-30T12:00:00Z");
const ago = (seconds: number) => new Date(AT.getTime() - seconds * 1_000);
const FILE = { path: "shelves/shop.json", version: 7, problem: null, problemSince: null, checkedAt: ago(3) };
const FULL = 'static file "shop.json": could not be written (ENOSPC): the disk is full; make room';

it("lets a file be wrong for as long as a worker needs to mend it, and then names file, version, time and remedy", () => {
  expect(checkStaticFile(FILE, AT).verdict).toBe("pass");
  expect(checkStaticFile({ ...FILE, problem: FULL, problemSince: ago(9) }, AT).verdict).toBe("pass");
  expect(checkStaticFile({ ...FILE, problem: FULL, problemSince: ago(840) }, AT)).toMatchObject({
    id: "file:shelves/shop.json",
    cause: "file:shelves/shop.json",
    verdict: "fail",
    explanation: `Static file "shelves/shop.json" of version 7 has not been kept up to date for 14 min: ${FULL}.`,
  });
});

it("tells a file that nobody looks at from one that somebody took away", () => {
  expect(checkStaticFile({ ...FILE, checkedAt: ago(61) }, AT)).toMatchObject({
    verdict: "fail",
    explanation: expect.stringContaining("has not been looked at for 1 min"),
  });
  const removed = { ...FILE, problem: REMOVED_FILE, problemSince: ago(9_000), checkedAt: ago(9_000) };
  expect(checkStaticFile(removed, AT).verdict).toBe("pass");
});

it("fails for a batch that waits for a person, with its error, and for lists that are gone", () => {
  const batch = { batchId: "shop-b4", target: "picks", version: 7, state: "running", error: null };
  expect(checkBatch(batch).verdict).toBe("pass");
  expect(checkBatch({ ...batch, state: "needs_attention", error: "people.csv: is not there" })).toMatchObject(
    {
      verdict: "fail",
      explanation:
        '"picks" still shows older lists, since batch "shop-b4" of version 7 stands still: people.csv: is not there; mend it, then let it go on with holt batch retry shop-b4.',
    },
  );
  expect(checkLists("shop", 7, true).verdict).toBe("pass");
  expect(checkLists("shop", 7, false).explanation).toContain("restore table lists.shop_7");
});
