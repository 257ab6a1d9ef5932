import { expect, it } from "vitest";
import { delegate } from "../../operations/delegations.ts";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

it("is ended early by either of the two, of whom nobody stands in for the other then", async () => {
  const { page, people, openAs, server, database, complaints } = await openPages();
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const { name } = people.secondReviewer;
  await delegate(server.operations, people.reviewer, { to: name, until, reason: "on holiday" });
  await openAs("deployer", "/stand-ins");
  await page.getByText("on holiday").waitFor();
  expect(await page.getByRole("button", { name: "End now" }).count()).toBe(0);
  await openAs("secondReviewer", "/stand-ins");
  await page.getByRole("button", { name: "End now: You for rita" }).click();
  await page.getByText("Nobody stands in for anybody.").waitFor();
  expect(await database.db.selectFrom("delegation").select("ended_at").execute()).toEqual([
    { ended_at: expect.any(Date) },
  ]);
  expect(complaints).toEqual([]);
});
