import { expect, it } from "vitest";
import { addSafeguard } from "../../db/safeguards.ts";
import { findLive } from "../../db/versions.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("rolls back to the version before, with a reason, and tells it in the history", async () => {
  const { page, openAs, people, database, complaints } = await openPages();
  await openAs("deployer", "/models/movies/versions");
  await page.getByRole("button", { name: "Serve again version 1" }).click();
  const dialog = page.getByRole("dialog", { name: "Serve version 1 again?" });
  await dialog.getByRole("button", { name: "Serve version 1" }).click();
  await dialog.getByText("Write why").waitFor();
  await dialog.getByLabel("Reason").fill("spend fell 4 %");
  await dialog.getByRole("button", { name: "Serve version 1" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("Version 1 again (rollback)").waitFor();
  await page.getByText("spend fell 4 %").waitFor();
  expect(await findLive(database.db, "movies")).toMatchObject({ version: 1 });
  const [newest] = await database.db.selectFrom("deployment").selectAll().orderBy("fence", "desc").execute();
  expect(newest).toMatchObject({
    kind: "rollback",
    version: 1,
    previous_version: 2,
    person_id: people.deployer.personId,
    reason: "spend fell 4 %",
  });
  expect(complaints).toEqual([]);
});

it("offers no rollback to a reviewer, and shows who approved what", async () => {
  const { page, openAs, database } = await openPages();
  await openAs("reviewer", "/models/movies/versions");
  const row = page.getByRole("row", { name: /^2 Live/ });
  await row.getByText("rita").waitFor();
  expect(await page.getByRole("button", { name: /Serve again/ }).count()).toBe(0);
  expect(await findLive(database.db, "movies")).toMatchObject({ version: 2 });
});

it("says there and on the overview that everybody gets the popularity list, until when and why", async () => {
  const { page, openAs, people, database } = await openPages();
  await addSafeguard(database.db, {
    ...{ proof: people.deployer.proof.reveal(), kind: "baseline", model: "movies" },
    ...{ until: new Date(Date.now() + 3_600_000).toISOString(), reason: "odd lists" },
  });
  await openAs("viewer", "/models/movies/versions");
  for (const path of ["/models/movies/versions", "/"]) {
    await page.goto(new URL(path, page.url()).href);
    await page.getByText(/Everybody gets the popularity list until .+: odd lists/).waitFor();
  }
});
