/** The whole road through the `holt` command, as people walk it: real database, real Temporal, real workers. */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MonitorRun, ReviewDetail, RunDetail, RunSummary } from "../core/api.ts";
import type { VersionDetail } from "../core/version-detail.ts";
import { type HoltStage, openHoltStage } from "../tests/support/holt-stage.ts";

let stage: HoltStage;

beforeAll(async () => {
  stage = await openHoltStage();
});
afterAll(() => stage.close());

it("plans, applies, and finds nothing to change afterwards", async () => {
  const before = await stage.asEngineer("plan", "--baseline-only");
  expect(before).toMatchObject({ code: 0, stderr: "" });
  expect(before.stdout).toContain('model "shelf": would be stored for the first time');
  expect(before.stdout).toMatch(/^ingest:ratings +run +it was never done$/m);

  const applied = await stage.asEngineer("apply");
  expect(applied).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^model "shelf": definition [0-9a-f]{12} is stored\nschedule monitor\/shelf: created\nNext: holt run shelf\n$/,
    ),
    stderr: "",
  });
  expect(await stage.asEngineer("apply")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("is unchanged"),
  });
  expect((await stage.asEngineer("plan")).stdout).toContain('model "shelf": nothing would change');
  expect(await stage.asReviewer("apply")).toEqual({
    code: 1,
    stdout: "",
    stderr:
      'person "rita": role "reviewer" may not submit; ask for the role "submitter" or "deployer" or "admin"\n',
  });
});

it("runs the popularity list to the review, and ends there with exit code 3", async () => {
  const run = await stage.asEngineer("run", "shelf", "--baseline-only", "--key", "first", "--wait");
  expect(run.code).toBe(3);
  expect(run.stderr).toContain("run shelf-first: started (Temporal's workflow run/shelf/first)\n");
  expect(run.stderr).toMatch(/^ingest:ratings: done after .+: 720 rows kept, 0 set aside$/m);
  expect(run.stdout).toMatch(
    /^run shelf-first: waiting for review \(opened .+ UTC by erin, as of .+ UTC\)$/m,
  );
  expect(run.stdout).toContain("It waits for a review: holt review show shelf-first");

  const again = await stage.asEngineer("run", "shelf", "--baseline-only", "--key", "first");
  expect(again).toMatchObject({
    code: 0,
    stderr: "run shelf-first: was started before with this key; nothing was started again\n",
  });
  expect((await stage.json<RunSummary[]>("runs")).map(({ id }) => id)).toEqual(["shelf-first"]);
});

it("shows the review, and lets the reviewer approve what was seen", async () => {
  expect((await stage.asReviewer("review")).stdout).toMatch(/^you +shelf-first +pass +0 of 1 /m);
  const shown = await stage.asReviewer("review", "show", "shelf-first");
  expect(shown.stdout).toMatch(/^candidate +NDCG@5 +recall@5 +coverage@5 +people +size$/m);
  expect(shown.stdout).toContain("Shelf of p01");
  expect(shown.stdout).toMatch(/^ *1 +Item \d+ +Item \d+$/m);
  expect(shown.stdout).toContain("Decide with: holt review approve shelf-first");

  expect(await stage.asEngineer("review", "approve", "shelf-first")).toMatchObject({
    code: 1,
    stderr: 'person "erin": role "deployer" may not decide; ask for the role "reviewer" or "admin"\n',
  });
  const { releaseDigest, reportDigest } = await stage.json<ReviewDetail>("review", "show", "shelf-first");
  const stale = await stage.asReviewer("review", "approve", "shelf-first", "--release", "0".repeat(64));
  expect(stale).toMatchObject({ code: 1, stdout: "" });
  expect(stale.stderr).toContain("release or report is not the one that you saw");

  const seen = ["--release", releaseDigest, "--report", reportDigest, "--reason", "a fair start"];
  expect(await stage.asReviewer("review", "approve", "shelf-first", ...seen)).toEqual({
    code: 0,
    stdout: `run shelf-first: approved by rita\nrelease ${releaseDigest}\nreport  ${reportDigest}\nFollow it with: holt run show shelf-first\n`,
    stderr: "",
  });
  expect((await stage.asReviewer("review", "show", "shelf-first")).stdout).toMatch(
    /^state +approved\n +approved by rita \(cli\) .+: a fair start$/m,
  );
  await untilState("shelf-first", "finished");
  const run = await stage.asEngineer("run", "show", "shelf-first");
  expect(run.stdout).toMatch(/^run shelf-first: deployed: version 1 is live /);
  expect(run.stdout).toMatch(/^deploy +✓ done /m);
  expect((await stage.asReviewer("review")).stdout).toBe("Nothing waits for a review.\n");
  expect((await stage.asReviewer("review", "--all")).stdout).toMatch(/ shelf-first +pass +approved /m);
});

it("forecasts what a run reuses, and the run agrees", async () => {
  const { steps } = await stage.json<{ steps: { step: string; will: string }[] }>("plan");
  const reused = steps.filter(({ will }) => will === "be reused").map(({ step }) => step);
  expect(reused).toEqual([
    "ingest:ratings",
    "ingest:titles",
    "feature:items",
    "feature:interactions",
    "step:every_rating_has_a_title",
    "split",
    "train:popularity",
    "evaluate:popularity",
  ]);
  const run = await stage.asEngineer("run", "shelf", "--key", "second", "--wait", "--json");
  expect(run.code).toBe(3);
  const after = (JSON.parse(run.stdout) as { run: RunDetail }).run;
  expect(after.steps.filter(({ state }) => state === "reused").map(({ name }) => name)).toEqual(reused);
});

it("gives a code that decides once from Temporal's own command", async () => {
  const issued = await stage.asReviewer("review", "code", "shelf-second", "--verdict", "approve");
  const [code] = /holt_[\w-]{43}/.exec(issued.stdout) ?? [];
  expect(issued.stdout).toContain(
    `temporal workflow signal --address ${stage.temporalAddress} --namespace ${stage.namespace} --workflow-id run/shelf/second --name approval --input '"${code}"'`,
  );
  await stage.temporal.workflow.getHandle("run/shelf/second").signal("approval", code);
  await untilState("shelf-second", "finished");
  expect(await stage.json<ReviewDetail>("review", "show", "shelf-second")).toMatchObject({
    state: "approved",
    decisions: [{ verdict: "approve", by: "rita", channel: "code" }],
  });
});

it("replays what happened on today's code", async () => {
  const end = await stage.asEngineer("replay", "shelf-first");
  expect(end).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^shelf-first: same, all \d+ events\n$/),
    stderr: "",
  });
  const byWorkflow = await stage.json<{ same: boolean }>("replay", "run/shelf/second");
  expect(byWorkflow).toMatchObject({ history: "run/shelf/second", same: true });
  expect(await stage.asEngineer("replay", "shelf-nothing")).toMatchObject({
    code: 1,
    stderr: 'run "shelf-nothing": is not in the database; see "holt runs"\n',
  });
});

it("lists versions, goes back to the one before, and says what was live when", async () => {
  const versions = (await stage.asEngineer("versions", "shelf")).stdout;
  expect(versions).toMatch(/^ +2 +live +(als|similar) +0\.\d{4} .+ rita +shelf-second$/m);
  expect(versions).toMatch(/^ +1 +popularity /m);

  const one = await stage.json<VersionDetail>("versions", "shelf", "2");
  expect(one).toMatchObject({ version: 2, state: "live", goldenRows: { rows: 61 }, importedFrom: null });
  expect(one.parts.map(({ part }) => part)).toEqual(["model", "fallback", "golden rows"]);
  expect(one.metrics.subjects[0]).toMatchObject({ subject: one.candidate, answerMs: expect.any(Number) });
  expect(one.metrics.subjects.map(({ subject }) => subject)).toContain("popularity");
  expect(one.snapshots.map(({ source, rowsKept }) => [source, rowsKept])).toEqual([
    ["ratings", 720],
    ["titles", 40],
  ]);
  const told = (await stage.asEngineer("versions", "shelf", "2")).stdout;
  expect(told).toMatch(/^shelf version 2: (als|similar)\n\nstate +live\n/);
  expect(told).toMatch(/^an answer takes +p50 \d+\.\d\d ms, p99 /m);
  expect(told).toMatch(/^What the trainer printed:\n {2}settings .*\n {2}training set /m);
  const beside = (await stage.asEngineer("versions", "shelf", "2", "--beside", "1")).stdout;
  expect(beside).toMatch(/^ +version 2 +version 1$/m);
  expect(beside).toMatch(/^candidate +(als|similar) +popularity$/m);
  expect(await stage.asEngineer("versions", "shelf", "--beside", "1")).toMatchObject({ code: 2, stdout: "" });

  const between = new Date().toISOString();
  expect(await stage.asEngineer("rollback", "shelf", "--reason", "spend fell 4 %")).toEqual({
    code: 0,
    stdout: "model shelf: version 1 is live, after version 2\n",
    stderr: "",
  });
  expect(await stage.asEngineer("rollback", "shelf", "--reason", "again")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^model "shelf" version 1: nothing was live before it; /),
  });
  expect(
    await stage.asEngineer("rollback", "shelf", "--to", "2", "--reason", "it was the weather"),
  ).toMatchObject({
    code: 0,
    stdout: "model shelf: version 2 is live, after version 1\n",
  });

  const history = (await stage.asEngineer("history", "shelf")).stdout.split("\n");
  expect(history[1]).toMatch(/ rollback +2 +1 +erin +– +it was the weather$/);
  expect(history[2]).toMatch(/ rollback +1 +2 +erin +– +spend fell 4 %$/);
  expect(history).toHaveLength(6);
  expect((await stage.asEngineer("history", "shelf", "--at", between)).stdout).toMatch(
    /: version 2 of shelf was live \(deploy by rita at .+ UTC\)\n$/,
  );
  expect((await stage.asEngineer("history", "shelf", "--at", "2020-01-01")).stdout).toBe(
    "2020-01-01 00:00:00 UTC: nothing of shelf was live\n",
  );
});

it("looks after the model now, and tells each check", async () => {
  const looked = await stage.asEngineer("monitor", "shelf");
  expect(looked).toMatchObject({ code: 0, stderr: "" });
  expect(looked.stdout).toMatch(/^shelf \(version 2\), .+ UTC: (pass|inconclusive)$/m);
  const run = await stage.json<MonitorRun>("monitor", "shelf");
  expect(run.checks.length).toBeGreaterThan(0);
  expect((await stage.asEngineer("incidents")).stdout).toBe("No incidents.\n");
});

it("stops at a failed step, and goes on as it is told", async () => {
  await appendFile(join(stage.files, "ratings.csv"), `p00,unheard,1700000000\n${ratingsOfNewPeople()}`);
  const failed = await stage.asEngineer("run", "shelf", "--key", "third", "--wait");
  expect(failed.code).toBe(3);
  expect(failed.stdout).toContain("step:every_rating_has_a_title needs an answer:\n  holt retry shelf-third");
  expect((await stage.asEngineer("runs", "--state", "needs_attention")).stdout).toMatch(
    /^shelf-third +needs attention .+ erin +step:every_rating_has_a_title: \S.+1 row came back/m,
  );
  const shown = (await stage.asEngineer("run", "show", "shelf-third")).stdout;
  expect(shown).toMatch(
    /^step:every_rating_has_a_title +! needs attention +\S+ \S+ +(?!InvalidInput).+1 row came back/m,
  );
  expect(shown).toContain("End of the log of step:every_rating_has_a_title:");

  const retried = await stage.asEngineer("retry", "shelf-third");
  expect(retried).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("run shelf-third step step:every_rating_has_a_title: retry (by erin)."),
  });
  await expect
    .poll(async () => (await stepOf("shelf-third", "step:every_rating_has_a_title"))?.round, PATIENCE)
    .toBe(2);
  expect(await stage.asEngineer("skip", "shelf-third", "split")).toMatchObject({ code: 1 });
  expect(await stage.asEngineer("skip", "shelf-third", "nothing")).toMatchObject({
    code: 1,
    stderr: 'run "shelf-third": has no step "nothing"; see "holt run show shelf-third"\n',
  });
  const step = "step:every_rating_has_a_title";
  expect(await stage.asEngineer("skip", "shelf-third", step, "--reason", "one row")).toMatchObject({
    code: 0,
  });
  await untilState("shelf-third", "waiting_for_review");
  expect(await stage.asEngineer("retry", "shelf-third")).toMatchObject({
    code: 1,
    stderr:
      'run "shelf-third": no step needs attention, so no answer is waited for; see "holt run show shelf-third"\n',
  });

  const rejected = await stage.asReviewer("review", "reject", "shelf-third", "--reason", "the unheard item");
  expect(rejected).toMatchObject({ code: 0 });
  await untilState("shelf-third", "finished");
  expect(await stage.json<RunDetail>("run", "show", "shelf-third")).toMatchObject({ outcome: "rejected" });
});

it("ends a run on abort, with exit code 1 for whoever waits for it", async () => {
  await appendFile(join(stage.files, "ratings.csv"), "p01,unheard,1700000001\np02,i02,yesterday\n");
  expect(await stage.asEngineer("run", "shelf", "--key", "fourth", "--wait")).toMatchObject({ code: 3 });
  expect((await stage.asEngineer("run", "show", "shelf-fourth")).stdout).toMatch(
    /^ratings +884 +column "rated_at" is not a number .+ p02,i02,yesterday$/m,
  );
  expect(await stage.json("run", "show", "shelf-fourth")).toMatchObject({
    setAside: { count: 1, rows: [{ source: "ratings", raw: "p02,i02,yesterday" }] },
  });
  expect(await stage.asEngineer("abort", "shelf-fourth", "--reason", "bad data")).toMatchObject({ code: 0 });
  await untilState("shelf-fourth", "aborted");
  const end = await stage.asEngineer("run", "shelf", "--key", "fourth", "--wait");
  expect(end).toMatchObject({ code: 1, stdout: expect.stringMatching(/^run shelf-fourth: aborted/) });
});

it("says what changes in words, setting by setting", async () => {
  await stage.writeDefinition({
    parallel: 2,
    candidates: { als: { trainer: "als", factors: 8, iterations: 3 } },
  });
  const { stdout } = await stage.asEngineer("plan");
  expect(stdout.split("\n").slice(0, 4)).toEqual([
    'model "shelf": 3 settings would change',
    "  candidates.similar: is gone",
    "  candidates.als.factors: 4 becomes 8",
    "  parallel: 4 becomes 2",
  ]);
  expect(stdout).toMatch(/^train:als +run +its settings changed$/m);
});

/** Enough that another model comes out than the one that is live. */
function ratingsOfNewPeople(): string {
  const people = Array.from({ length: 20 }, (_, person) =>
    Array.from(
      { length: 8 },
      (_, item) => `n${person},i${10 + ((person + 3 * item) % 30)},${1_700_000_000 + item}`,
    ),
  );
  return `${people.flat().join("\n")}\n`;
}

const PATIENCE = { timeout: 60_000, interval: 200 };

async function untilState(runId: string, state: RunSummary["state"]): Promise<void> {
  const find = async () => (await stage.json<RunDetail>("run", "show", runId)).state;
  await expect.poll(find, PATIENCE).toBe(state);
}

async function stepOf(runId: string, step: string) {
  return (await stage.json<RunDetail>("run", "show", runId)).steps.find(({ name }) => name === step);
}
