/** Decisions that take more than one person, or more than one look. */
import { describe, expect, it } from "vitest";
import { addReport } from "../../db/releases.ts";
import { exampleReport } from "../support/page-report.ts";
import { type Pages, preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

describe("a review of several people", () => {
  it("waits with a question that must be written, until who asked decides", async () => {
    const pages = await openPages();
    const { page, runs, complaints } = pages;
    await lookAs(pages, "reviewer", runs.review);
    await page.getByRole("button", { name: "Ask for changes…" }).click();
    const dialog = page.getByRole("dialog", { name: "Ask for changes to als?" });
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await dialog.getByText("Write what should be different").waitFor();
    await dialog.getByLabel("What should be different").fill("Where are the two originals?");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText("Changes requested", { exact: true }).waitFor();

    await lookAs(pages, "secondReviewer", runs.review);
    await page.getByRole("listitem").filter({ hasText: "rita asked for changes" }).waitFor();
    await page.getByText("Where are the two originals?").first().waitFor();
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByRole("dialog").getByText("It doesn't go live by this").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "max approved it" }).waitFor();
    expect(await stateOf(pages, runs.review)).toBe("open");

    await lookAs(pages, "reviewer", runs.review);
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "rita approved it" }).waitFor();
    expect(await stateOf(pages, runs.review)).toBe("approved");
    const decisions = await decisionsOf(pages, runs.review);
    expect(decisions.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ["ask", "Where are the two originals?"],
      ["approve", ""],
      ["approve", ""],
    ]);
    expect(complaints).toEqual([]);
  });

  it("overrides failed checks only with two people, each with a reason, and names what failed", async () => {
    const pages = await openPages();
    const { page, runs, people, complaints } = pages;
    await lookAs(pages, "reviewer", runs.toOverride);
    await page.getByText("20 of 28 checks that must pass failed").first().waitFor();
    await page.getByRole("status").filter({ hasText: "0 of 2 approvals" }).waitFor();
    const override = async (reason: string) => {
      await page.getByRole("button", { name: "Override and approve…" }).click();
      const dialog = page.getByRole("dialog", { name: "Override the failed checks and approve als?" });
      await dialog.getByText("Manager's case 1:").waitFor();
      await dialog.getByText("and 17 more checks").waitFor();
      await dialog.getByRole("button", { name: "Override and approve" }).click();
      await dialog.getByText("Write why; without a reason it can't be done.").waitFor();
      await dialog.getByLabel("Reason").fill(reason);
      await dialog.getByRole("button", { name: "Override and approve" }).click();
      await dialog.waitFor({ state: "hidden" });
    };
    await override("The cases are out of date");
    await page.getByRole("listitem").filter({ hasText: "rita overrode the failed checks" }).waitFor();
    await page.getByText("You cannot decide this.").waitFor();
    expect(await stateOf(pages, runs.toOverride)).toBe("open");

    await lookAs(pages, "secondReviewer", runs.toOverride);
    await page.getByRole("status").filter({ hasText: "1 of 2 approvals" }).waitFor();
    await override("Maria agreed");
    await page.getByRole("status").filter({ hasText: "2 of 2 approvals" }).waitFor();
    expect(await stateOf(pages, runs.toOverride)).toBe("approved");
    expect(await decisionsOf(pages, runs.toOverride)).toMatchObject([
      { ...BY_OVERRIDE, person_id: people.reviewer.personId, reason: "The cases are out of date" },
      { ...BY_OVERRIDE, person_id: people.secondReviewer.personId, reason: "Maria agreed" },
    ]);
    expect(complaints).toEqual([]);
  });

  it("refuses a decision on a report that was written anew meanwhile, says what changed, and takes one on the new", async () => {
    const pages = await openPages();
    const { page, runs, database } = pages;
    await lookAs(pages, "reviewer", runs.review);
    await page.getByRole("button", { name: "Approve…" }).click();
    const headline = "als may go live, with 1 thing to weigh.";
    const report = await addReport(database.db, { ...exampleReport("als"), headline });
    await database.db
      .updateTable("review")
      .set({ report_digest: report })
      .where("run_id", "=", runs.review)
      .execute();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    const told = page.getByRole("alert");
    await told.getByText("Your decision was not taken.").waitFor();
    await told.getByText(`The report was written anew: ${headline}`).waitFor();
    expect(await decisionsOf(pages, runs.review)).toEqual([]);

    await told.getByRole("button", { name: "I have seen it" }).click();
    await told.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "rita approved it" }).waitFor();
    expect(await decisionsOf(pages, runs.review)).toMatchObject([
      { verdict: "approve", report_digest: report },
    ]);
  });

  it("lets a stand-in decide in somebody's place, in both names", async () => {
    const pages = await openPages();
    const { page, url, runs, people, database, openAs, complaints } = pages;
    await lookAs(pages, "secondReviewer", runs.otherReview);
    await page.getByText("You cannot decide this.").waitFor();

    await openAs("reviewer", "/stand-ins");
    await page.getByTitle("Signed in as rita").waitFor();
    await page.goto(`${url}/stand-ins`);
    await page.getByText("Nobody stands in for anybody.").waitFor();
    await page.getByLabel("Who (their name in Holt)").fill("max");
    await page.getByLabel("Until").fill(localTime(Date.now() + 2 * 86_400_000));
    await page.getByLabel("Why", { exact: true }).fill("On holiday");
    await page.getByRole("button", { name: "Let them decide" }).click();
    await page.getByRole("heading", { name: "max for you" }).waitFor();
    expect(await database.db.selectFrom("delegation").selectAll().execute()).toMatchObject([
      {
        from_person: people.reviewer.personId,
        to_person: people.secondReviewer.personId,
        reason: "On holiday",
      },
    ]);

    await lookAs(pages, "secondReviewer", runs.otherReview);
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "max approved it in the place of rita" }).waitFor();
    expect(await decisionsOf(pages, runs.otherReview)).toMatchObject([
      { person_id: people.secondReviewer.personId, on_behalf_of: people.reviewer.personId },
    ]);
    expect(await stateOf(pages, runs.otherReview)).toBe("open");
    await lookAs(pages, "reviewer", runs.otherReview);
    await page.getByText("You cannot decide this.").waitFor();
    expect(complaints).toEqual([]);
  });
});

const BY_OVERRIDE = { verdict: "approve", override: true, channel: "page" };

/** The review page, loaded anew for another person. */
async function lookAs({ page, url, openAs }: Pages, role: "reviewer" | "secondReviewer", runId: string) {
  await openAs(role, "/reviews");
  await page.getByTitle(`Signed in as ${role === "reviewer" ? "rita" : "max"}`).waitFor();
  await page.goto(`${url}/runs/${runId}/review`);
  await page.getByRole("heading", { level: 2, name: "Decision" }).waitFor();
}

async function stateOf({ database }: Pages, runId: string) {
  const { state } = await database.db
    .selectFrom("review")
    .select("state")
    .where("run_id", "=", runId)
    .executeTakeFirstOrThrow();
  return state;
}

function decisionsOf({ database }: Pages, runId: string) {
  return database.db.selectFrom("decision").selectAll().where("run_id", "=", runId).orderBy("at").execute();
}

/** As a field of date and time wants it, in the time zone that the tests' browser has. */
function localTime(ms: number): string {
  return new Date(ms).toLocaleString("sv-SE", { timeZone: "Europe/Vienna" }).slice(0, 16).replace(" ", "T");
}
