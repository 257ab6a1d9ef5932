/** The report's HTML file as somebody opens it who was mailed it: from the disk, without Holt. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawDocument } from "../../report/document.ts";
import { auditPage } from "../support/audit-page.ts";
import { exampleReport, MARKUP } from "../support/page-report.ts";
import { openPage } from "../support/shared-page.ts";

/** Between an A4 page's margins, in pixels of CSS. */
const A4_WIDTH = 688;
/** A title is readable in a column of this width. */
const READABLE_PX = 120;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holt-report-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function open(width: number, scheme: "light" | "dark") {
  const file = join(folder, "report.html");
  const digests = { releaseDigest: "1".repeat(64), reportDigest: "2".repeat(64) };
  await writeFile(
    file,
    drawDocument({ runId: "movies-1", choice: MARKUP, report: exampleReport("als"), ...digests }),
  );
  const page = await openPage({ width, height: 900, scheme });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

it.each([
  [1280, "light"],
  [390, "dark"],
] as const)(
  "is drawn in its style at %i px (%s), asks nobody, runs nothing, and has no finding of axe",
  async (width, scheme) => {
    const { page, complaints } = await open(width, scheme);
    expect(await page.getByText(MARKUP).count()).toBeGreaterThan(0); // shown as what it is: text
    expect(await page.evaluate("window.stolen")).toBeUndefined();
    expect(await page.evaluate("document.querySelectorAll('img, script').length")).toBe(0);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.verdict')).borderTopWidth")).toBe(
      "1px",
    );
    expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    expect(complaints).toEqual([]);
    expect(await auditPage(page)).toEqual([]);
  },
);

it("keeps on A4 what each row is about readable, black on white", async () => {
  const { page } = await open(A4_WIDTH, "dark");
  await page.emulateMedia({ media: "print" });
  const widths = (await page.evaluate(
    "[...document.querySelectorAll('tbody th')].map((cell) => cell.getBoundingClientRect().width)",
  )) as number[];
  expect(widths.length).toBeGreaterThan(10);
  expect(Math.min(...widths)).toBeGreaterThan(READABLE_PX);
  expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
  expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(0, 0, 0)");
  expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
});
