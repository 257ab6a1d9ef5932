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

it("filters incidents by state at an address of its own", async () => {
  const { page, url, openAs } = await openPages();
  await openAs("viewer", "/incidents");
  await page.getByRole("link", { name: /is not updated any more/ }).waitFor();
  await page.getByLabel("State").selectOption("resolved");
  await page.getByText("No incident fits this filter.").waitFor();
  expect(page.url()).toBe(`${url}/incidents?state=resolved`);
});
