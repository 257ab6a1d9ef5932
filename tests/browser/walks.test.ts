/** A reviewer's whole way, from the mail that tells them to the decision in the database; with pictures of it. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { focused, focusOf, tabTo } from "../support/keyboard.ts";
import { mailServer } from "../support/mail-server.ts";
import { notifyTo, tell } from "../support/notified-run.ts";
import { type Pages, preparePages, type Screen } from "../support/pages.ts";

const { openPages } = preparePages();

/** Pictures for a person to look at; never compared, never committed. */
const PICTURES = join(import.meta.dirname, "../../.holt/walks");
const PHONE = { name: "phone", width: 390, height: 844 };
const DESK = { name: "desk", width: 1280, height: 900 };

describe("the reviewer's way from the mail to the decision", () => {
  it.each([PHONE, DESK])("with finger or mouse ($name)", async (screen) => {
    const walk = await beginWalk(screen, "pointer");
    const { page, people, runs, take } = walk;
    await take("1-mail");
    await page.getByRole("link", { name: "Look at the review" }).click();
    await page.getByLabel("Token").fill(people.reviewer.proof.reveal());
    await take("2-sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();

    await page.getByRole("heading", { level: 1, name: "Review of movies: als" }).waitFor();
    const verdict = page.getByText("als may go live, with 3 things to weigh.");
    const { y, height } = (await verdict.boundingBox()) ?? { y: -1, height: 0 };
    expect([y > 0, y + height < screen.height], "the verdict is in the first window").toEqual([true, true]);
    await take("3-review");
    await take("3-review-whole", { fullPage: true });
    const first = page.getByRole("region", { name: "Look at this first" });
    await first.getByRole("heading", { name: "Originals" }).scrollIntoViewIfNeeded();
    await take("4-look-first");

    await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: "Lists" }).click();
    await page.getByRole("article", { name: "Person 15" }).waitFor();
    await page.getByRole("navigation", { name: "People" }).getByRole("link", { name: /^73/ }).click();
    await page.getByRole("article", { name: "Person 73" }).waitFor();
    await take("5-lists");
    await page.getByLabel("Anybody else, by id").fill("anna");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("article", { name: "Person anna" }).getByText("Late Train").first().waitFor();
    await take("6-anybody");

    if (screen === PHONE) await page.getByRole("link", { name: "Go to the decision" }).click();
    await page.getByRole("button", { name: "Approve…" }).click();
    const dialog = page.getByRole("dialog", { name: "Approve als?" });
    await dialog.getByText("the lists of 3 people (15, 73, anna)").waitFor();
    await dialog.getByLabel("Reason").fill("The shelves fit; the originals come back next week");
    await take("7-decision");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("listitem").filter({ hasText: "rita approved it" }).waitFor();
    await take("8-decided");
    await expectDecision(walk, runs.review, {
      reason: "The shelves fit; the originals come back next week",
      previews: ["15", "73", "anna"],
    });
  });

  it.each([PHONE, DESK])("with the keyboard alone, always seeing where it is ($name)", async (screen) => {
    const walk = await beginWalk(screen, "keyboard");
    const { page, people, runs, take } = walk;
    const press = (key: string) => page.keyboard.press(key);
    await tabTo(page, "Look at the review");
    await press("Enter");
    await page.getByLabel("Token").waitFor();
    await tabTo(page, "Token");
    await page.keyboard.type(people.reviewer.proof.reveal());
    await press("Enter");

    await page.getByRole("heading", { level: 1, name: "Review of movies: als" }).waitFor();
    await tabTo(page, "Skip to the content");
    await take("1-skip");
    await press("Enter");
    await tabTo(page, "Lists");
    await press("Enter");
    await tabTo(page, /^73/);
    await press("Enter");
    await page.getByRole("article", { name: "Person 73" }).waitFor();
    await tabTo(page, "Anybody else, by id");
    await page.keyboard.type("ben@films.example");
    await press("Enter");
    const shelves = page.getByRole("article", { name: "Person ben@films.example" });
    await shelves.getByText("Bright Garden").first().waitFor();
    await take("2-anybody");
    if (screen === PHONE) {
      await tabTo(page, "Proposed");
      await press("ArrowLeft");
      expect(await focusOf(page)).toMatchObject({ name: "Live now", isSeen: true });
      await shelves.getByRole("tabpanel", { name: "Live now" }).waitFor();
      await take("3-tabs");
    }

    if (screen === PHONE) {
      await tabTo(page, "Go to the decision");
      await press("Enter");
      expect(await focused(page)).toBe("Decision");
    }
    await tabTo(page, "Approve…");
    await take("4-approve");
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    expect(await focused(page)).toMatch(/^Reason/);
    await page.keyboard.type("By hand");
    await tabTo(page, "Approve");
    await take("5-decision");
    await press("Enter");
    await page.getByRole("listitem").filter({ hasText: "rita approved it" }).waitFor();
    await take("6-decided");
    expect(await focused(page), "the focus stays where the decision is told").toBe("Decision");
    const decision = await expectDecision(walk, runs.review, { reason: "By hand" });
    expect(decision.seen?.["previews"]).toEqual(expect.arrayContaining(["73", "ben@films.example"]));
  });
});

interface Walk extends Pages {
  begunAt: number;
  take(name: string, of?: { fullPage: boolean }): Promise<void>;
}

/** The mail to rita, as it came over SMTP, in the window. */
async function beginWalk(screen: Screen & { name: string }, way: string): Promise<Walk> {
  const pages = await openPages(screen);
  const { page, database, runs, url } = pages;
  const mail = await mailServer();
  const settings = notifyTo({ serverUrl: url, smtpUrl: `smtp://127.0.0.1:${mail.port}` });
  await tell(database, runs.review, settings);
  const own = mail.received.filter(({ to }) => to.includes("rita@films.example"));
  expect(own.map((each) => each.mail.subject)).toEqual(["movies: a new version waits for your decision"]);
  expect(mail.received.some(({ to }) => to.includes("vera@films.example"))).toBe(false);
  await page.setContent(String(own[0]?.mail.html));
  await mkdir(PICTURES, { recursive: true });
  return {
    ...pages,
    begunAt: Date.now(),
    take: async (name, of) =>
      void (await page.screenshot({ path: join(PICTURES, `${screen.name}-${way}-${name}.png`), ...of })),
  };
}

/** One approval of rita's, for what the page showed and with what she had looked at; nothing for other reviews. */
async function expectDecision(
  { database: { db }, people, begunAt, complaints }: Walk,
  runId: string,
  { reason, previews }: { reason: string; previews?: string[] },
) {
  const review = await db
    .selectFrom("review")
    .selectAll()
    .where("run_id", "=", runId)
    .executeTakeFirstOrThrow();
  const decisions = await db.selectFrom("decision").selectAll().where("run_id", "=", runId).execute();
  expect(decisions).toMatchObject([
    {
      ...{ verdict: "approve", reason, channel: "page", override: false },
      person_id: people.reviewer.personId,
      release_digest: review.release_digest,
      report_digest: review.report_digest,
      ...(previews ? { seen: { previews } } : {}),
    },
  ]);
  const [decision] = decisions;
  const openedAt = Date.parse(String(decision?.seen?.["openedAt"]));
  expect(openedAt).toBeGreaterThanOrEqual(begunAt);
  expect(openedAt).toBeLessThanOrEqual(Date.now());
  const wakeUps = await db
    .selectFrom("wake_up")
    .select("workflow_id")
    .where("signal", "=", "approval")
    .execute();
  expect(wakeUps.filter(({ workflow_id }) => workflow_id === "run/movies/review")).toHaveLength(1);
  expect(complaints).toEqual([]);
  if (!decision) throw new Error("there is a decision");
  return decision;
}
