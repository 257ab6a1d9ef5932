/** Deciding from the terminal: who is asked first, how many are needed, what a program learns. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { sha256 } from "../store/digest.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { envOf, type HoltEnv, holt, temporaryFolder } from "../tests/support/holt.ts";
import { addOpenReview } from "../tests/support/shop.ts";

let database: TestDatabase;
let rita: HoltEnv;

beforeEach(async () => {
  database = await testDatabase();
  // no workflow is behind these runs; with Temporal out of reach what people say is kept all the same
  rita = { ...(await envOf(database, "reviewer", "rita")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
});

it("lists first what waits for whoever asks, and marks it", async () => {
  const mine = await addOpenReview(database.db, { model: "shop" });
  const other = await addOpenReview(database.db, { model: "films" });
  const { id } = await database.db
    .selectFrom("person")
    .select("id")
    .where("name", "=", "rita")
    .executeTakeFirstOrThrow();
  const { definition_digest } = await database.db
    .selectFrom("run")
    .select("definition_digest")
    .where("id", "=", other.runId)
    .executeTakeFirstOrThrow();
  await database.db.insertInto("definition_author").values({ definition_digest, person_id: id }).execute();
  const listed = JSON.parse((await holt(["review", "--json"], rita)).stdout) as {
    runId: string;
    mayDecide: boolean;
  }[];
  expect(listed.map(({ runId, mayDecide }) => [runId, mayDecide])).toEqual([
    [mine.runId, true],
    [other.runId, false],
  ]);
  expect((await holt(["review"], rita)).stdout).toMatch(new RegExp(`^you +${mine.runId} .* 0 of 1 `, "m"));
});

it("ends with exit code 3 while others have to approve, and 0 with the last", async () => {
  const { runId } = await addOpenReview(database.db);
  await database.db.updateTable("review").set({ approvals_needed: 2 }).where("run_id", "=", runId).execute();
  const roy = { ...(await envOf(database, "reviewer", "roy")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  const first = await holt(["review", "approve", runId], rita);
  expect(first.code).toBe(3);
  expect(first.stdout).toContain("1 of 2 approvals; it waits for other people's");
  expect((await holt(["review", "approve", runId], roy)).code).toBe(0);
  expect(await database.db.selectFrom("review").select("state").execute()).toEqual([{ state: "approved" }]);
});

it("overrides a failed check by two people with a reason each, and says with each how far it is", async () => {
  const { runId } = await addOpenReview(database.db, { failed: true });
  const roy = { ...(await envOf(database, "reviewer", "roy")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  const approve = ["review", "approve", runId];
  const over = [...approve, "--override", "--reason", "out of season"];
  expect((await holt(["review", "show", runId], rita)).stdout).toContain('--override --reason "…"');
  expect((await holt(approve, rita)).stderr).toContain("approve it with an override and a reason");
  expect((await holt([...approve, "--override"], rita)).stderr).toContain("an override needs a reason");
  expect(await database.db.selectFrom("decision").select("id").execute()).toEqual([]);
  const first = await holt(over, rita);
  expect(first.code).toBe(3);
  expect(first.stdout).toContain("1 of 2 approvals; it waits for other people's");
  expect((await holt(over, rita)).code).toBe(3);
  const second = await holt(over, roy);
  expect(second).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`run ${runId}: approved by roy, over a failed check\n`),
  });
  expect(await database.db.selectFrom("review").select("state").execute()).toEqual([{ state: "approved" }]);
  expect((await holt(["review", "show", runId], roy)).stdout).toMatch(
    /approved by rita, over a failed check \(cli\) .*: out of season\n.*approved by roy, over a failed check/,
  );
});

it("asks and comments, shows both, and says that nobody else's approval ends it meanwhile", async () => {
  const { runId } = await addOpenReview(database.db);
  const roy = { ...(await envOf(database, "reviewer", "roy")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  expect(await holt(["review", "ask", runId, "--reason", "where is the derby?"], rita)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`run ${runId}: asked for changes by rita\n`),
  });
  expect((await holt(["review", "comment", runId, "the tail is thin"], roy)).code).toBe(0);
  const approved = await holt(["review", "approve", runId], roy);
  expect(approved.code).toBe(3);
  expect(approved.stdout).toContain("somebody asked for changes");
  const shown = (await holt(["review", "show", runId], rita)).stdout;
  expect(shown).toContain("changes requested, 1 of 1 approvals");
  expect(shown).toContain("changes asked for by rita (cli)");
  expect(shown).toMatch(/roy, .* UTC: the tail is thin/);
});

it.each([
  [["ask"], "a question needs words"],
  [["reject"], "a rejection needs a reason"],
  [["approve", "--override", "--reason", "x"], "has no failed check to override"],
  [
    ["approve", "--release", "0".repeat(64)],
    "release or report is not the one that you saw; look at it again",
  ],
])("refuses %j, and nothing is decided", async ([verdict = "", ...options], words) => {
  const { runId } = await addOpenReview(database.db);
  const end = await holt(["review", verdict, runId, ...options], rita);
  expect(end.code).not.toBe(0);
  expect(end.stderr).toContain(words);
  expect(await database.db.selectFrom("decision").selectAll().execute()).toEqual([]);
});

it("hands a seat to another reviewer, who decides in the first one's place", async () => {
  const roy = { ...(await envOf(database, "reviewer", "roy")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  expect((await holt(["delegations"], rita)).stdout).toBe("Nobody decides in another's place.\n");
  const until = new Date(Date.now() + 86_400_000).toISOString();
  expect(await holt(["delegate", "roy", "--until", until, "--reason", "away"], rita)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^roy decides in the place of rita until /),
  });
  expect(JSON.parse((await holt(["delegations", "--json"], roy)).stdout)).toMatchObject([
    { from: "rita", to: "roy", reason: "away" },
  ]);
  const id = /^([0-9a-f]{8}) +rita +roy +\S+ \S+ UTC +away$/m.exec(
    (await holt(["delegations"], roy)).stdout,
  )?.[1];
  expect(await holt(["delegations", "end", String(id)], roy)).toMatchObject({
    code: 0,
    stdout: "roy decides in the place of rita no more\n",
  });
  const again = await holt(["delegations", "end", String(id)], rita);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("none that holds now begins so") });
  expect((await holt(["delegations"], rita)).stdout).toBe("Nobody decides in another's place.\n");
  const refused = await holt(["delegate", "nobody", "--until", until, "--reason", "away"], rita);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('see "holt users"') });
});

it("writes the report as one file, and overwrites none", async () => {
  const { runId } = await addOpenReview(database.db);
  const folder = await temporaryFolder();
  const path = join(folder, "report.html");
  expect((await holt(["review", "export", runId, "--out", path], rita)).code).toBe(0);
  const document = await readFile(path, "utf8");
  expect(document).toMatch(/^<!doctype html>/);
  expect(document).toContain(runId);
  const again = await holt(["review", "export", runId, "--out", path], rita);
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("is there already; name another with --out"),
  });
  expect(await readFile(path, "utf8")).toBe(document);
});

it("writes the report's data as the bytes that were signed, and says where a file cannot be written", async () => {
  const { runId, reportDigest } = await addOpenReview(database.db);
  const folder = await temporaryFolder();
  const path = join(folder, "report.json");
  expect((await holt(["review", "export", runId, "--out", path], rita)).code).toBe(0);
  expect(sha256(await readFile(path))).toBe(reportDigest);
  const nowhere = join(folder, "none", "report.json");
  const refused = await holt(["review", "export", runId, "--out", nowhere], rita);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be written (ENOENT)") });
});
