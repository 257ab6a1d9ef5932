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

it("says what Holt did and who was told, and has a person undo it or have it stay", async () => {
  const { page, incidentId, openAs, database, complaints } = await openPages();
  const { db } = database;
  const { definition_digest } = await db.selectFrom("model").selectAll().executeTakeFirstOrThrow();
  const starts = { starts_at: new Date(), ends_at: new Date(Date.now() + 86_400_000) };
  const list = { kind: "baseline", model: "movies", reason: "stale titles", person_id: null } as const;
  const { id: safeguard_id } = await db
    .insertInto("safeguard")
    .values({ ...list, ...starts })
    .returning("id")
    .executeTakeFirstOrThrow();
  const rule = JSON.stringify({ do: "popularity_list" });
  const taken = { model: "movies", rule, definition_digest, outcome: "taken", safeguard_id } as const;
  const reason = "everybody gets the popularity list of version 2";
  await db
    .insertInto("incident_action")
    .values({ ...taken, incident_id: incidentId, name: "list", reason })
    .execute();
  const told = { incident_id: incidentId, event: "holt.incident.opened", channel: "team" } as const;
  await db
    .insertInto("alert_delivery")
    .values({ ...told, body: "{}", delivered_at: new Date() })
    .execute();
  await openAs("deployer", `/incidents/${incidentId}`);
  const did = page.getByRole("region", { name: "What Holt did" });
  await did
    .getByText("list: everybody gets the popularity list of version 2, until the cause is gone")
    .waitFor();
  await page.getByRole("region", { name: "Who was told" }).getByText("told through team (opened)").waitFor();
  await did.getByRole("button", { name: "Have it stay…" }).waitFor();
  await did.getByRole("button", { name: "Undo…" }).click();
  const dialog = page.getByRole("dialog", { name: "Undo: list?" });
  await dialog.getByLabel("Reason").fill("the old titles will do");
  await dialog.getByRole("button", { name: "Undo" }).click();
  await did.getByText(/undone by .* \(the old titles will do\)/).waitFor();
  expect(await did.getByRole("button").count()).toBe(0);
  expect(await db.selectFrom("safeguard").select("lifted_at").execute()).toEqual([
    { lifted_at: expect.any(Date) },
  ]);
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "Postmortem as Markdown" }).click();
  expect((await file).suggestedFilename()).toBe(`incident-${incidentId}.md`);
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
