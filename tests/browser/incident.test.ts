import { expect, it } from "vitest";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("leads from the overview to an incident, its cause and symptoms, and takes it on", async () => {
  const { page, url, incidentId, openAs, people, database, complaints } = await openPages();
  await openAs("deployer", "/");
  await page
    .getByRole("region", { name: "Waits for a person" })
    .getByRole("link", { name: /Source "titles" is not updated any more/ })
    .click();
  await page.getByRole("heading", { level: 1, name: /Source "titles" is not updated/ }).waitFor();
  expect(page.url()).toBe(`${url}/incidents/${incidentId}`);
  await page.getByText("source:titles").first().waitFor();
  await page.getByText(/was last delivered 3.2 d ago/).waitFor();
  await page.getByRole("button", { name: "Acknowledge: I look into it" }).click();
  await page.getByText("Acknowledged", { exact: true }).waitFor();
  const [incident] = await database.db.selectFrom("incident").selectAll().execute();
  expect(incident).toMatchObject({ state: "acknowledged", acknowledged_by: people.deployer.personId });
  expect(complaints).toEqual([]);
});

it("has the version before served again from the incident itself, with a reason", async () => {
  const { page, incidentId, openAs, people, database, complaints } = await openPages();
  await openAs("deployer", `/incidents/${incidentId}`);
  await page.getByRole("button", { name: "Serve version 1 again…" }).click();
  const dialog = page.getByRole("dialog", { name: "Serve version 1 again?" });
  await dialog.getByText("It takes the place of version 2 within seconds").waitFor();
  await dialog.getByLabel("Reason").fill("new films are missing");
  await dialog.getByRole("button", { name: "Serve version 1" }).click();
  await dialog.waitFor({ state: "detached" });
  await expect.poll(() => page.getByRole("button", { name: /again…/ }).count()).toBe(0); // nothing was live before it
  expect(await database.db.selectFrom("live").select(["model", "version"]).execute()).toEqual([
    { model: "movies", version: 1 },
  ]);
  const last = await database.db
    .selectFrom("deployment")
    .selectAll()
    .orderBy("id", "desc")
    .executeTakeFirst();
  expect(last).toMatchObject({
    ...{ kind: "rollback", reason: "new films are missing", person_id: people.deployer.personId },
  });
  expect(complaints).toEqual([]);
});

it("offers no rollback to who may not, and none for an incident that is over", async () => {
  const { page, incidentId, openAs, database } = await openPages();
  await openAs("reviewer", `/incidents/${incidentId}`);
  await page.getByText("What it shows by").waitFor();
  expect(await page.getByRole("button", { name: /again…/ }).count()).toBe(0);
  await database.db.updateTable("incident").set({ state: "resolved", resolved_at: new Date() }).execute();
  await openAs("deployer", `/incidents/${incidentId}`);
  await page.getByText("What it shows by").waitFor();
  expect(await page.getByRole("button", { name: /again…/ }).count()).toBe(0);
});

it("filters incidents by state at an address of its own", async () => {
  const { page, url, openAs } = await openPages();
  await openAs("viewer", "/incidents");
  await page.getByRole("link", { name: /is not updated any more/ }).waitFor();
  await page.getByLabel("State").selectOption("resolved");
  await page.getByText("No incident fits this filter.").waitFor();
  expect(page.url()).toBe(`${url}/incidents?state=resolved`);
});
