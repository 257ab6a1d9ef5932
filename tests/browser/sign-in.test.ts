import { expect, it } from "vitest";
import { issueToken, SET_UP } from "../../operations/people.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("signs in by the code of a link, shows the page it names, and takes the code out of the address", async () => {
  const { page, url, runs, openAs, complaints } = await openPages();
  await openAs("reviewer", `/runs/${runs.review}/review`);
  await page.getByRole("heading", { level: 1, name: "Review of movies: als" }).waitFor();
  expect(page.url()).toBe(`${url}/runs/${runs.review}/review`);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Review of movies: als" }).waitFor();
  expect(complaints).toEqual([]);
});

it("refuses a code the second time, says why, and keeps it out of the address", async () => {
  const { page, url, people, codeFor, database } = await openPages();
  const code = await codeFor(people.viewer);
  await page.goto(`${url}/runs#sign-in=${code}`);
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.context().clearCookies();
  await page.goto(`${url}/incidents#sign-in=${code}`);
  await page.getByRole("alert").getByText("is unknown, used or older than 5 minutes").waitFor();
  expect(page.url()).toBe(`${url}/incidents`);
  expect(await database.db.selectFrom("session").selectAll().execute()).toHaveLength(1);
});

it("takes a code also in a tab that shows a page already, as another person", async () => {
  const { page, people, codeFor, openAs } = await openPages();
  await openAs("viewer", "/runs");
  await page.getByText("vera").waitFor();
  await page.evaluate(`location.hash = "#sign-in=${await codeFor(people.deployer)}"`);
  await page.getByText("erin").first().waitFor();
  await page.getByRole("button", { name: "Start a run" }).waitFor();
  expect(new URL(page.url()).hash).toBe("");
});

it("asks again for what was refused since another session took that one's place meanwhile", async () => {
  const { page, url, openAs } = await openPages();
  const refused = await fetch(`${url}/api/models`);
  expect(refused.status).toBe(401);
  const answer = { status: 401, contentType: "application/problem+json", body: await refused.text() };
  await page.route("**/api/models", (route) => route.fulfill(answer), { times: 1 });
  await openAs("deployer", "/runs");
  await page.getByRole("button", { name: "Start a run" }).waitFor();
});

it("asks for a token at the address that was opened, then shows that address's page", async () => {
  const { page, url, server, runs, people } = await openPages();
  const { token } = await issueToken(server.operations, SET_UP, { name: people.viewer.name, ttlMs: 60_000 });
  await page.goto(`${url}/runs/${runs.failed}`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByLabel("Token").fill("nonsense");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Token").fill(token);
  await page.getByLabel("Token").press("Enter");
  await page.getByRole("heading", { level: 1, name: `Run ${runs.failed}` }).waitFor();
  expect(page.url()).toBe(`${url}/runs/${runs.failed}`);
});

it("ends the session when the person signs out", async () => {
  const { page, url, openAs, database } = await openPages();
  await openAs("viewer", "/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  const [session] = await database.db.selectFrom("session").selectAll().execute();
  expect(session?.ended_at).toBeInstanceOf(Date);
  await page.goto(`${url}/runs`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});
