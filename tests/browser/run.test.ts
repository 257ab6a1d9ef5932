import { expect, it } from "vitest";
import { endStep } from "../../db/steps.ts";
import { digestOf } from "../../store/digest.ts";
import { setRunEnd } from "../support/end-run.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("answers a failed step with retry and a reason, for the round that was seen", async () => {
  const { page, runs, people, openAs, database, complaints } = await openPages();
  await openAs("deployer", `/runs/${runs.failed}`);
  await page.getByRole("heading", { name: "Step train:als needs attention" }).waitFor();
  await page.getByText("End of the log").click();
  await page.getByText("line 3").waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry train:als?" });
  await dialog.getByLabel("Reason").fill("fewer factors now");
  await dialog.getByRole("button", { name: "Retry" }).click();
  await page.getByText("Answered: retry.").waitFor();
  expect(await database.db.selectFrom("step_answer").selectAll().execute()).toMatchObject([
    {
      run_id: runs.failed,
      step: "train:als",
      round: 1,
      answer: "retry",
      reason: "fewer factors now",
      person_id: people.deployer.personId,
    },
  ]);
  expect(complaints).toEqual([]);
});

it("offers no answer to a person who may not give one", async () => {
  const { page, runs, openAs, database } = await openPages();
  await openAs("reviewer", `/runs/${runs.failed}`);
  await page.getByText("Who may start runs answers this").waitFor();
  expect(await page.getByRole("button", { name: "Retry" }).count()).toBe(0);
  expect(await database.db.selectFrom("step_answer").selectAll().execute()).toEqual([]);
});

it("draws every step as a link in the graph, and lists the same steps in a table", async () => {
  const { page, runs, openAs } = await openPages();
  await openAs("viewer", `/runs/${runs.running}`);
  const nodes = page.getByRole("region", { name: "Step graph" }).getByRole("link");
  await nodes.first().waitFor();
  const drawn = await nodes.evaluateAll((links) => links.map((link) => link.getAttribute("aria-label")));
  expect(drawn).toContain("train:als: Running");
  expect(drawn).toContain("ingest:ratings: Reused");
  const table = page.getByRole("region", { name: "Steps in order" });
  const listed = await table.getByRole("rowheader").allTextContents();
  expect(drawn.map((label) => label?.split(": ")[0])).toEqual(listed);
});

it("cuts no column of the table of steps on a usual screen", async () => {
  const { page, runs, openAs } = await openPages();
  await openAs("viewer", `/runs/${runs.review}`);
  const table = page.getByRole("region", { name: "Steps in order" });
  await table.waitFor();
  const { needed, there } = await table.evaluate((frame) => ({
    needed: frame.scrollWidth,
    there: frame.clientWidth,
  }));
  expect(needed).toBeLessThanOrEqual(there);
});

it("opens a step's details at an address of their own, by keyboard too", async () => {
  const { page, url, runs, openAs } = await openPages();
  await openAs("viewer", `/runs/${runs.running}`);
  await page.getByRole("link", { name: "ingest:ratings: Reused" }).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: "ingest:ratings" });
  await panel.getByRole("link", { name: `run ${runs.second}` }).waitFor();
  expect(page.url()).toBe(`${url}/runs/${runs.running}?step=ingest%3Aratings`);
  await page.reload();
  await panel.waitFor();
});

it("follows a run while it is under way, without being asked", async () => {
  const { page, runs, openAs, database } = await openPages();
  await openAs("viewer", `/runs/${runs.running}`);
  await page.getByText("iteration 7 of 15").first().waitFor();
  await endStep(
    database.db,
    { runId: runs.running, step: "train:als" },
    {
      state: "done",
      inputDigest: digestOf("als"),
      reusedFromRun: null,
      result: { summary: "2.56 MB in 1.2 s", detail: {} },
    },
  );
  await page.getByText("2.56 MB in 1.2 s").first().waitFor();
  await setRunEnd(database.db, runs.running, { state: "aborted", outcome: "aborted", reason: "enough seen" });
  await page.getByText("enough seen").waitFor();
});

it("starts a run and goes to its page", async () => {
  const { page, openAs, database } = await openPages();
  await openAs("deployer", "/runs");
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.getByLabel("Model", { exact: true }).selectOption("movies");
  await page.getByLabel("Popularity list only").check();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Run movies-2" }).waitFor();
  const id = page.url().split("/").at(-1) ?? "";
  const run = await database.db.selectFrom("run").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  expect(run).toMatchObject({ model: "movies", baseline_only: true, fresh: false, trigger: "person" });
});
