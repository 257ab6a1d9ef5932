/** The page of an experiment: what a manager reads there, and what may be done. */
import { expect, it } from "vitest";
import { getExperiment } from "../../db/experiments.ts";
import { findLive } from "../../db/versions.ts";
import { addPageExperiment, type Effects } from "../support/page-experiment.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

async function openWith(effects: Effects) {
  const pages = await openPages();
  const { server, people } = pages;
  const id = await addPageExperiment(server.operations, { actor: people.deployer, model: "movies", effects });
  return { ...pages, id };
}

it("says aloud that clicks went up while spend went down, and which one the verdict follows", async () => {
  const { page, openAs, id, complaints } = await openWith({ clicks: 1.3, spend: 0.7 });
  await openAs("viewer", `/experiments/${id}`);
  await page.getByRole("heading", { name: "Two metrics point in opposite directions" }).waitFor();
  await page.getByText("The verdict follows spend: the plan named it").waitFor();
  await page.getByText(/Spend is surely lower with by_taste than with control: by .+ % to .+ %\./).waitFor();
  await page.getByText("that is surely not there").waitFor();
  await page
    .getByText(
      /stood in at least once for 126 people in by_taste and 126 in control\. .+ by intention to treat/,
    )
    .waitFor();
  const guardrails = page.getByRole("region", { name: "Guardrails" }).getByRole("row", { name: /clicking/ });
  await guardrails.getByText("Holds").waitFor();
  // one interval a day, and in words for who cannot see it
  expect(await page.locator(".plot-estimate").count()).toBe(9);
  await page
    .getByText(/^The effect of by_taste on spend fades .+ from \+40 % on day 1 to \+10 % on day 3/)
    .waitFor();
  await page.getByText("By days since people first met it").click();
  await page.getByRole("row", { name: /^2 \+25 % [\d.]+ %$/ }).waitFor();
  await page.getByText("The same as a table").click();
  const table = page.getByRole("region", { name: /^Change of spend with by_taste, day by day/ });
  expect(await table.getByRole("row").count()).toBe(10);
  const arms = page.getByRole("region", { name: "Is the comparison fair?" });
  await arms.getByText("none surely lost more of its answers than another").waitFor();
  await arms.getByRole("row", { name: "by_taste 50 % 50 % 6,300 12,600 1.4 % 0.04 %" }).waitFor();
  await page.getByText("The same comparison in each part of the people; decides nothing").click();
  await page.getByText(/Nobody planned these 4 comparisons/).waitFor();
  await page.getByRole("row", { name: /^AT spend by_taste 6,300 −\d/ }).waitFor();
  await page.getByText(/New in each arm/).click();
  await page
    .getByRole("row", { name: /^\d{4}-\d\d-\d\d 700 1,400 700 1,400$/ })
    .first()
    .waitFor();
  expect(await page.getByRole("button", { name: /live…|End it…/ }).count(), "a viewer").toBe(0);
  expect(complaints).toEqual([]);
});

it("puts the arm that won live, with a reason, and shows that it ended so", async () => {
  const { page, openAs, id, people, database, complaints } = await openWith({ clicks: 1, spend: 1.3 });
  await openAs("deployer", `/experiments/${id}`);
  await page.getByRole("heading", { name: '"by_taste" is better, and every guardrail holds' }).waitFor();
  await page.getByRole("button", { name: "Put by_taste live…" }).click();
  const dialog = page.getByRole("dialog", { name: "Put by_taste live?" });
  await dialog.getByLabel("Reason").fill("spend rose by a third");
  expect(await dialog.getByText("The plan’s rule is not met").count()).toBe(0);
  await dialog.getByRole("button", { name: "Put version 1 live" }).click();
  await page.getByRole("heading", { name: 'Ended: "by_taste" went live' }).waitFor();
  await page.getByText(/by erin: spend rose by a third/).waitFor();
  expect(await page.getByRole("button", { name: /live…|End it…/ }).count()).toBe(0);
  expect(await findLive(database.db, "movies")).toMatchObject({ version: 1 });
  expect(await getExperiment(database.db, id)).toMatchObject({ endedBy: people.deployer.name });
  expect(complaints).toEqual([]);
});

it("ends without anything going live; says before that the rule is not met; and is found in the list", async () => {
  const { page, url, openAs, id, database } = await openWith({ clicks: 1, spend: 1 });
  await openAs("deployer", "/experiments?model=movies");
  await page.getByRole("link", { name: id }).click();
  await page.getByRole("button", { name: "Put by_taste live…" }).click();
  await page.getByRole("dialog").getByText("The plan’s rule is not met").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Pause it…" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("the shop is down");
  await page.getByRole("dialog").getByRole("button", { name: "Pause it" }).click();
  await page.getByRole("heading", { name: "Paused: the control answers everybody" }).waitFor();
  await page.getByRole("button", { name: "Go on…" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("it is back");
  await page.getByRole("dialog").getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Goes on: it cannot be told yet" }).waitFor();
  await page.getByRole("button", { name: "End it…" }).click();
  const dialog = page.getByRole("dialog", { name: "End the experiment?" });
  await dialog.getByRole("button", { name: "End it" }).click();
  await dialog.getByText("Write why").waitFor();
  await dialog.getByLabel("Reason").fill("a mistake in the plan");
  await dialog.getByRole("button", { name: "End it" }).click();
  await page.getByRole("heading", { name: "Ended by a person" }).waitFor();
  expect(await findLive(database.db, "movies")).toMatchObject({ version: 2 });
  await page.goto(`${url}/experiments?state=ended`);
  await page.getByRole("row", { name: new RegExp(`^${id} .* Ended .* a mistake in the plan`) }).waitFor();
});

it("says so where the script of a page doesn't come, and loads all anew when asked to", async () => {
  const { page, url, openAs, id } = await openWith({ clicks: 1, spend: 1 });
  await openAs("viewer", "/");
  await page.route("**/assets/experiment-*.js", (route) => route.abort());
  await page.goto(`${url}/experiments/${id}`);
  await page.getByText("This page could not be loaded").waitFor();
  await page.unroute("**/assets/experiment-*.js");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: `Experiment ${id}` }).waitFor();
});
