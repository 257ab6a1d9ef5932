import { expect, it, onTestFinished } from "vitest";
import { builtPages } from "../support/built-pages.ts";
import { testDatabase } from "../support/database.ts";
import { openServerWithProvider } from "../support/provider-server.ts";
import { openPage } from "../support/shared-page.ts";

/** The pages in a real browser, and a provider on another site. */
async function setUp() {
  const server = await openServerWithProvider(await testDatabase(), (end) => onTestFinished(end), {
    webFolder: await builtPages(),
    host: "localhost",
  });
  return { ...server, page: await openPage() };
}

it("signs somebody in by a provider of another site with strict cookies, and shows the page that they wanted", async () => {
  const { page, serverUrl, provider } = await setUp();
  provider.person = { sub: "1", claims: { preferred_username: "rita", groups: ["holt-reviewers"] } };
  await page.goto(`${serverUrl}/runs?model=films`);
  await page.getByRole("link", { name: "Sign in with Example" }).click();
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  expect(page.url()).toBe(`${serverUrl}/runs?model=films`);
  await page.getByText("rita").first().waitFor();
  const cookies = await page.context().cookies(serverUrl);
  expect(cookies.find(({ name }) => name === "holt-session")).toMatchObject({
    httpOnly: true,
    sameSite: "Strict",
  });

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  provider.person = { sub: "2", claims: { preferred_username: "eve" } };
  await page.getByRole("link", { name: "Sign in with Example" }).click();
  await page.getByRole("heading", { level: 1, name: "You have no role in Holt" }).waitFor();
  await page.goto(`${serverUrl}/runs`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});
