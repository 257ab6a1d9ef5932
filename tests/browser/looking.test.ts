/** What a reviewer finds on the review page, and what they leave there. */
import { expect, it } from "vitest";
import { focused } from "../support/keyboard.ts";
import { RULES } from "../support/page-report.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("tells the release's editorial rules above the lists, and on a list what each of them did", async () => {
  const { page, runs, openAs, complaints } = await openPages();
  await openAs("viewer", `/runs/${runs.review}/review`);
  await page.getByText("3 editorial rules of this release: all lists are after them").click();
  for (const { name, says } of RULES)
    await page
      .getByRole("listitem")
      .filter({ hasText: `${says} ${name}` })
      .waitFor();
  await page.getByText("pinned by “cup_final”").first().waitFor();
  await page
    .getByText("Taken away by rules: “The Godfather (1972)” (banned by “no_sequels”)")
    .first()
    .waitFor();
  await page.getByText("Too few items for these rules: some_news").first().waitFor();
  expect(complaints).toEqual([]);
});

it("makes the lists of anybody by id now, by the models themselves, at an address of their own", async () => {
  const { page, url, runs, openAs, complaints } = await openPages();
  await openAs("viewer", `/runs/${runs.review}/review`);
  await page.getByLabel("Anybody else, by id").fill("ben@films.example");
  await page.getByRole("button", { name: "Show" }).click();
  const ben = page.getByRole("article", { name: "Person ben@films.example" });
  // the live model doesn't know what ben chose, so that its popularity list answers; the proposed one does
  const [live, proposed] = [0, 1].map((place) =>
    ben
      .getByRole("list")
      .nth(place + 1)
      .getByRole("listitem"),
  );
  await ben.getByText("because of Bright Garden").first().waitFor();
  expect(await ben.getByText(/titles? (is|are) new/).count()).toBe(1);
  expect(await live?.filter({ hasText: "because of" }).count()).toBe(0);
  expect(await proposed?.filter({ hasText: "+ new" }).count()).toBeGreaterThan(0);
  expect(page.url()).toBe(`${url}/runs/${runs.review}/review?user=ben%40films.example`);
  await page.reload();
  await ben.getByText("because of Bright Garden").first().waitFor();

  await page.getByLabel("Anybody else, by id").fill("anna");
  await page.getByRole("button", { name: "Show" }).click();
  const chosen = page.getByRole("article", { name: "Person anna" }).getByRole("list").first();
  await chosen.waitFor();
  expect(await chosen.getByRole("listitem").allTextContents(), "the latest first").toEqual([
    "Late Train (Train)",
    "Early Signal (Signal)",
    "Early Winter (Winter)",
  ]);
  await page.goBack();

  await page.getByLabel("Anybody else, by id").fill("a stranger");
  await page.getByRole("button", { name: "Show" }).click();
  const stranger = page.getByRole("article", { name: "Person a stranger" });
  await stranger.getByText("Has chosen nothing yet, or nobody has this id.").waitFor();
  await page.goBack();
  await ben.waitFor();
  expect(complaints).toEqual([]);
});

it("keeps a comment on a check for everybody, with a link to the check", async () => {
  const { page, url, runs, people, database, openAs, complaints } = await openPages();
  await openAs("reviewer", `/runs/${runs.review}/review`);
  const check = page.getByRole("article", { name: "Originals" });
  await check.getByText("Comment on Originals").first().click();
  await check.getByLabel("Comment on Originals").fill("Two of them\nare out of licence");
  await check.getByRole("button", { name: "Add the comment" }).click();
  await check.getByText("are out of licence").first().waitFor();
  await check.getByText("Added; everybody who looks at the report sees it.").waitFor();
  expect(await database.db.selectFrom("review_comment").selectAll().execute()).toMatchObject([
    {
      ...{ run_id: runs.review, check_id: "must_have.originals", text: "Two of them\nare out of licence" },
      person_id: people.reviewer.personId,
    },
  ]);

  await openAs("viewer", "/reviews");
  await page.getByTitle("Signed in as vera").waitFor();
  await page.goto(`${url}/runs/${runs.review}/review#check-must_have.originals`);
  await check.getByText("1 comment").click();
  await check.getByText("are out of licence").waitFor();
  expect(await check.getByRole("button", { name: "Add the comment" }).count()).toBe(0);
  await check.getByRole("link", { name: "Link to this check" }).click();
  expect(page.url()).toContain("#check-must_have.originals");
  expect(complaints).toEqual([]);
});

it("opens at the check that its address names, also one that is folded away", async () => {
  const { page, url, runs, openAs } = await openPages({ width: 390, height: 844 });
  await openAs("reviewer", "/reviews");
  await page.goto(`${url}/runs/${runs.review}/review#check-case.late_night`);
  const check = page.locator('[id="check-case.late_night"]');
  await check.waitFor({ state: "visible" });
  expect(await focused(page)).toContain(await check.getByRole("heading").textContent());
  const { y, height } = (await check.getByRole("heading").boundingBox()) ?? { y: -1, height: 0 };
  expect([y >= 0, y + height <= 844], "it is in the window").toEqual([true, true]);
});

it("shows one list at a time on a phone, by tabs", async () => {
  const { page, runs, openAs } = await openPages({ width: 390, height: 844 });
  await openAs("viewer", `/runs/${runs.review}/review`);
  const person = page.getByRole("article", { name: "Person 15" });
  const tab = (name: string) => person.getByRole("tab", { name });
  const selected = () => person.getByRole("tab", { selected: true }).textContent();
  await tab("Proposed").waitFor();
  expect(await selected()).toBe("Proposed");
  expect(await person.getByText("− goes").count()).toBe(0);
  await tab("Live now").click();
  expect(await person.getByRole("tabpanel", { name: "Live now" }).getByText("− goes").count()).toBe(3);
  for (const [key, name] of [
    ["ArrowLeft", "Popularity list"],
    ["ArrowRight", "Live now"],
    ["End", "Popularity list"],
    ["Home", "Live now"],
    ["ArrowRight", "Proposed"],
  ] as const) {
    await page.keyboard.press(key);
    expect([await selected(), await focused(page)], key).toEqual([name, name]);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await person.getByRole("heading", { name: "Popularity list" }).waitFor();
  expect(await person.getByRole("tab").count()).toBe(0);
});
