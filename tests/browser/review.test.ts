import { describe, expect, it } from "vitest";
import { decide } from "../../operations/decide.ts";
import { focused, tabTo } from "../support/keyboard.ts";
import { type Pages, preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

describe("the review of a release", () => {
  it("is approved: the decision names person, release and report that were shown, and the run is woken", async () => {
    const { page, runs, people, openAs, database, complaints } = await openPages();
    await openAs("reviewer", `/runs/${runs.review}/review`);
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("dialog", { name: "Approve als?" }).getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "rita approved it" }).waitFor();
    const review = await reviewOf({ database }, runs.review);
    expect(await decisionOf({ database }, runs.review)).toMatchObject({
      verdict: "approve",
      person_id: people.reviewer.personId,
      release_digest: review.release_digest,
      report_digest: review.report_digest,
      channel: "page",
      reason: "",
    });
    const wakeUps = await database.db.selectFrom("wake_up").selectAll().execute();
    expect(wakeUps).toContainEqual(
      expect.objectContaining({ workflow_id: "run/movies/review", signal: "approval" }),
    );
    expect(await decisionOf({ database }, runs.otherReview)).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it("is rejected with a reason, and not without one", async () => {
    const { page, runs, openAs, database } = await openPages();
    await openAs("reviewer", `/runs/${runs.review}/review`);
    await page.getByRole("button", { name: "Reject…" }).click();
    const dialog = page.getByRole("dialog", { name: "Reject als?" });
    await dialog.getByRole("button", { name: "Reject" }).click();
    await dialog.getByText("Write why").waitFor();
    expect(await decisionOf({ database }, runs.review)).toBeUndefined();
    await dialog.getByLabel("Reason").fill("Too many sequels");
    await dialog.getByRole("button", { name: "Reject" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("listitem").filter({ hasText: "rita rejected it" }).waitFor();
    await page.getByText("Too many sequels").waitFor();
    expect(await decisionOf({ database }, runs.review)).toMatchObject({
      verdict: "reject",
      reason: "Too many sequels",
    });
  });

  it("tells who was faster, and shows that decision instead", async () => {
    const { page, runs, people, openAs, database, server } = await openPages();
    await openAs("reviewer", `/runs/${runs.review}/review`);
    await page.getByRole("button", { name: "Approve…" }).click();
    const { release_digest: releaseDigest, report_digest: reportDigest } = await reviewOf(
      { database },
      runs.review,
    );
    const faster = {
      verdict: "reject",
      releaseDigest,
      reportDigest,
      reason: "Not today",
      override: false,
    } as const;
    await decide(server.operations, people.admin, runs.review, faster, "cli");
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("alert").getByText("was decided already (rejected").waitFor();
    await page.getByRole("listitem").filter({ hasText: "ada rejected it" }).first().waitFor();
    expect(await decisionOf({ database }, runs.review)).toMatchObject({ verdict: "reject" });
  });

  it("gives a one-time code for Temporal's own pages, with signal and workflow to send it to", async () => {
    const { page, runs, openAs, database } = await openPages();
    await openAs("reviewer", `/runs/${runs.review}/review`);
    await page.getByText("Decide from Temporal's own UI").click();
    await page.getByRole("button", { name: "Give me a code" }).click();
    await page.getByText("run/movies/review", { exact: true }).waitFor();
    await page.getByText("approval", { exact: true }).waitFor();
    const codes = await database.db.selectFrom("review_code").selectAll().execute();
    expect(codes).toMatchObject([{ run_id: runs.review, verdict: "approve", used_at: null }]);
    expect(await decisionOf({ database }, runs.review)).toBeUndefined();
  });

  it("is decided with the keyboard alone", async () => {
    const { page, runs, openAs, database } = await openPages();
    await openAs("reviewer", "/reviews");
    await page.getByRole("heading", { level: 1, name: "Reviews" }).waitFor();
    await page.getByText("Checks: Passed, 3 to weigh").first().waitFor();
    await tabTo(page, "movies: als");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Review of movies: als" }).waitFor();
    expect(await focused(page)).toContain("Review");
    await tabTo(page, "Reject…");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("Reject…");
    await page.keyboard.press("Enter");
    await page.keyboard.type("By hand");
    await tabTo(page, "Reject");
    await page.keyboard.press("Enter");
    await page.getByRole("listitem").filter({ hasText: "rita rejected it" }).waitFor();
    expect(await decisionOf({ database }, runs.review)).toMatchObject({ reason: "By hand" });
  });

  it("is readable, but not decidable, for a person who may only look", async () => {
    const { page, runs, openAs } = await openPages();
    await openAs("viewer", `/runs/${runs.review}/review`);
    await page.getByText("You are not a reviewer.").waitFor();
    expect(await page.getByRole("button", { name: "Approve…" }).count()).toBe(0);
  });

  it("shows the worst check first, the figures in words, and what would change on a shelf", async () => {
    const { page, runs, openAs } = await openPages();
    await openAs("reviewer", `/runs/${runs.review}/review`);
    const checks = page
      .getByRole("region", { name: "Look at this first" })
      .getByRole("heading", { level: 3 });
    await checks.first().waitFor();
    expect(await checks.allTextContents()).toEqual([
      "Originals",
      "Plays that are reached",
      "Ages: nobody loses more than 10 %",
      "One group of people is served worse",
      "214 items of value are shown to nobody",
    ]);
    await page.getByText("a list of 10 holds 23 %; what is live now holds 19 %").waitFor();
    const shelf = page.getByRole("article", { name: "Person 15" });
    expect(await shelf.getByText("3 titles are new, 3 go, 7 move.").count()).toBe(1);
    expect(await shelf.getByText("− goes").count()).toBe(3);
    expect(await shelf.getByText("+ new").count()).toBe(3);
  });
});

function decisionOf({ database }: Pick<Pages, "database">, runId: string) {
  return database.db.selectFrom("decision").selectAll().where("run_id", "=", runId).executeTakeFirst();
}

function reviewOf({ database }: Pick<Pages, "database">, runId: string) {
  return database.db.selectFrom("review").selectAll().where("run_id", "=", runId).executeTakeFirstOrThrow();
}
