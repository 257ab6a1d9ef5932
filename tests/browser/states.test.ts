import { describe, expect, it } from "vitest";
import { addActor } from "../support/actors.ts";
import { preparePages } from "../support/pages.ts";

const { openPages, openEmptyPages } = preparePages();

describe("a page", () => {
  it("says what is missing while there is no data yet", async () => {
    const { page, url, server, signIn, complaints } = await openEmptyPages();
    await signIn(await addActor(server.operations, "deployer"), "/");
    await page.getByText("There is no model yet.").waitFor();
    await page.getByText("Nothing does. All is well.").waitFor();
    for (const [path, words] of Object.entries({
      "/runs": "There was no run yet.",
      "/reviews": "No review waits for you.",
      "/incidents": "There was no incident.",
    })) {
      await page.goto(url + path);
      await page.getByText(words).waitFor();
    }
    expect(complaints).toEqual([]);
  });

  it("tells the server's reason for what doesn't exist, on a page that leads elsewhere", async () => {
    const { page, openAs } = await openPages();
    await openAs("viewer", "/runs/none/review");
    await page.getByRole("alert").getByText('run "none": is not in the database').waitFor();
    await page.getByRole("link", { name: "Reviews" }).last().click();
    await page.getByRole("heading", { level: 1, name: "Reviews" }).waitFor();
  });

  it("tells a person whose role may not look that they may not, and shows nothing else", async () => {
    const { page, server, signIn } = await openPages();
    await signIn(await addActor(server.operations, "service"), "/runs");
    await page.getByRole("alert").getByText("You may not do this").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
  });

  it("keeps what it shows while the server is away, says so, and goes on when it is back", async () => {
    const { page, runs, openAs } = await openPages();
    await openAs("viewer", `/runs/${runs.running}`);
    await page.getByText("iteration 7 of 15").first().waitFor();
    await page.route("**/api/**", (route) => route.abort());
    await page.getByRole("alert").getByText("What you see may be out of date").waitFor();
    expect(await page.getByText("iteration 7 of 15").count()).toBeGreaterThan(0);
    await page.unroute("**/api/**");
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  it("says so when the server was away from the start, and opens when it is back", async () => {
    const { page, url, openAs } = await openPages();
    await openAs("viewer", "/");
    await page.route("**/api/**", (route) => route.abort());
    await page.goto(`${url}/incidents`);
    await page.getByRole("alert").getByText("could not be reached").waitFor();
    await page.unroute("**/api/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("asks for a new sign-in when the session has ended, and goes on where the person was", async () => {
    const { page, url, runs, people, openAs, codeFor } = await openPages();
    await openAs("viewer", `/runs/${runs.running}`);
    await page.getByText("iteration 7 of 15").first().waitFor();
    await page.context().clearCookies();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(page.url()).toBe(`${url}/runs/${runs.running}`);
    await page.evaluate(`location.hash = "#sign-in=${await codeFor(people.viewer)}"`);
    await page.getByText("iteration 7 of 15").first().waitFor();
  });
});
