import { describe, expect, it } from "vitest";
import { auditPage } from "../support/audit-page.ts";
import { addPageExperiment } from "../support/page-experiment.ts";
import { MARKUP } from "../support/page-report.ts";
import { type Pages, preparePages } from "../support/pages.ts";

const { openPages } = preparePages();

/** Every address, with the heading that it must come to. */
function addresses({ runs, incidentId }: Pages): Record<string, string | RegExp> {
  return {
    "/": "Overview",
    "/runs": "Runs",
    "/runs?model=movies&state=finished": "Runs",
    [`/runs/${runs.first}`]: `Run ${runs.first}`,
    [`/runs/${runs.failed}`]: `Run ${runs.failed}`,
    [`/runs/${runs.running}?step=train%3Aals`]: `Run ${runs.running}`,
    [`/runs/${runs.review}/review`]: "Review of movies: als",
    [`/runs/${runs.second}/review`]: "Review of movies: similar",
    [`/runs/${runs.toOverride}/review`]: "Review of books: als",
    "/reviews": "Reviews",
    "/models/movies": "movies",
    "/models/movies/versions": "movies",
    "/models/movies/versions/2": "movies version 2",
    "/models/movies/monitor": "Monitor of movies",
    "/experiments?model=movies": "Experiments of movies",
    "/experiments/movies-x1": "Experiment movies-x1",
    "/incidents": "Incidents",
    [`/incidents/${incidentId}`]: /Source "titles" is not updated any more/,
    "/audit": "Audit log",
    "/audit?model=movies": "Audit log of movies",
    "/stand-ins": "Stand-ins",
    "/runs/none": "Run none",
    "/no/such/page": "No such page",
  };
}

/** The addresses where markup in titles, names and reasons is to be seen, as text. */
function showMarkup({ runs, incidentId }: Pages): string[] {
  return [
    "/",
    "/experiments/movies-x1",
    `/runs/${runs.failed}`,
    `/runs/${runs.review}/review`,
    `/runs/${runs.second}/review`,
    "/models/movies/versions",
    "/models/movies/monitor",
    `/incidents/${incidentId}`,
  ];
}

describe("every page", () => {
  it.each([
    { width: 1280, scheme: "light" },
    { width: 390, scheme: "dark" },
  ] as const)(
    "opens at its address, without findings of axe, complaints, or sideways scrolling; markup is text ($width px, $scheme)",
    { timeout: 300_000 }, // some twenty pages, each read by axe
    async (screen) => {
      const pages = await openPages(screen);
      const { page, url, openAs, complaints, people, server } = pages;
      const effects = { clicks: 1.3, spend: 0.7 };
      await addPageExperiment(server.operations, { actor: people.deployer, model: "movies", effects });
      await openAs("admin", "/");
      for (const [path, heading] of Object.entries(addresses(pages))) {
        await page.goto(url + path);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await expect.poll(() => page.getByText("Loading…").count()).toBe(0);
        const violations = await auditPage(page);
        expect.soft(violations, path).toEqual([]);
        const tooWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect.soft(tooWide, `${path} scrolls sideways`).toBe(false);
        if (showMarkup(pages).includes(path)) await page.getByText(MARKUP).first().waitFor();
        expect.soft(await page.locator("main img[src=x]").count(), `${path} drew markup`).toBe(0);
        expect.soft(await page.evaluate("window.stolen"), `${path} ran a script`).toBeUndefined();
      }
      expect(complaints).toEqual([]);
    },
  );

  it("has no findings of axe while it asks for a reason, and while nobody is signed in", async () => {
    const { page, url, runs, openAs } = await openPages();
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("Token").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await openAs("reviewer", `/runs/${runs.review}/review`);
    await page.getByRole("button", { name: "Reject…" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await auditPage(page)).toEqual([]);
  });
});
