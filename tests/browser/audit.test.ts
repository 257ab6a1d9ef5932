import { describe, expect, it } from "vitest";
import { preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

describe("the audit log", () => {
  it("tells in sentences who did what, the newest first, and one model's alone", async () => {
    const { page, openAs, complaints } = await openPages();
    await openAs("admin", "/");
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
    const rows = page.getByRole("table").getByRole("row");
    await rows.filter({ hasText: "added person rita" }).waitFor();
    await page.getByLabel("Model").selectOption("movies");
    await page.getByRole("heading", { level: 1, name: "Audit log of movies" }).waitFor();
    await rows.filter({ hasText: "rita approved release" }).first().waitFor();
    expect(await rows.filter({ hasText: "added person" }).count()).toBe(0);
    const told = await rows.allInnerTexts();
    const place = (words: string) => told.findIndex((row) => row.includes(words));
    expect(place("version 2 live in place of version 1")).toBeLessThan(place("put version 1 live"));
    expect(place("version 2 live in place of version 1")).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it("is not offered to who may not read it, and says so at its address", async () => {
    const { page, openAs } = await openPages();
    await openAs("viewer", "/audit");
    await page.getByText("You may not do this").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
    expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(0);
  });
});
