import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import type { ReviewedRun } from "../support/reviewed-run.ts";
import type { TestServer } from "../support/server-at.ts";
import { addOpenReview } from "../support/shop.ts";
import { attackPages, framingPage, openForeignSite } from "./foreign-site.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const HOST = "127.0.0.1:7400";
const OWN = `http://${HOST}`;
const SITES = [
  undefined,
  "same-origin",
  "cross-site",
  "same-site",
  "none",
  "",
  "SAME-ORIGIN",
  "same-origin, cross-site",
];
const ORIGINS = [
  undefined,
  OWN,
  "null",
  "http://evil.example",
  "http://127.0.0.1:7401",
  "http://127.0.0.1",
  `${OWN}.evil.example`,
  `http://x@${HOST}`,
  `${OWN}/`,
  `${OWN}, http://evil.example`,
];
const JSON_TYPE = "application/json";
const FORM_TYPES = [
  "text/plain",
  "text/plain; application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/json",
  "",
];

/** Another site's page approves in the name of a reviewer who is signed in: by headers made up, and in a real browser. */
export const s07: FaultRow = {
  id: "S-07",
  title: "Another site's page decides in a reviewer's name, or frames the page",
  bound: "no decision is taken",
  counts: { quick: 100, full: 100 },
  async run(context) {
    const webFolder = await context.folder();
    await writeFile(join(webFolder, "index.html"), "<!doctype html><title>Holt</title><h1>Review</h1>");
    const database = await context.database();
    const server = await context.server(database, { webFolder });
    const run = await addOpenReview(database.db);
    const forged = await tryHeaders(server, run);
    const browsed = await tryBrowser(context, server, run);
    return { n: forged.n + browsed.n, failures: [...forged.failures, ...browsed.failures] };
  },
};

function decisionOf({ releaseDigest, reportDigest }: ReviewedRun): string {
  return JSON.stringify({ verdict: "reject", releaseDigest, reportDigest, reason: "forged" });
}

async function tryHeaders(server: TestServer, run: ReviewedRun) {
  const { cookie } = await server.asPage("reviewer");
  const cases = [
    ...SITES.flatMap((site) => ORIGINS.map((origin) => ({ site, origin, type: JSON_TYPE }))).filter(
      ({ site, origin }) =>
        !((site === "same-origin" || site === undefined) && origin === OWN) &&
        !(site === "same-origin" && origin === undefined),
    ),
    ...FORM_TYPES.map((type) => ({ site: "same-origin", origin: OWN, type })),
  ];
  const methods = ["POST", "GET", "PUT"] as const;
  const failures: string[] = [];
  let n = 0;
  for (const { site, origin, type } of cases)
    for (const method of type === JSON_TYPE ? methods.slice(0, 1) : methods) {
      n += 1;
      const headers = {
        cookie,
        host: HOST,
        "content-type": type,
        ...(site !== undefined && { "sec-fetch-site": site }),
        ...(origin !== undefined && { origin }),
      };
      const { statusCode } = await server.app.inject({
        method,
        url: `/api/runs/${run.runId}/decisions`,
        headers,
        payload: decisionOf(run),
      });
      if (![400, 403, 404, 415].includes(statusCode))
        failures.push(`${method} ${JSON.stringify({ site, origin, type })}: ${statusCode}`);
    }
  return { n, failures: [...failures, ...(await decided(server, "forged headers"))] };
}

async function decided({ operations }: TestServer, by: string): Promise<string[]> {
  const rows = await operations.database.db.selectFrom("decision").select("channel").execute();
  return rows.map(({ channel }) => `${by} took a decision by ${channel}`);
}

async function tryBrowser(context: FaultContext, server: TestServer, run: ReviewedRun) {
  const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  const target = `${url}/api/runs/${run.runId}/decisions`;
  const attacks = Object.entries(attackPages(target, decisionOf(run)));
  const foreign = await openForeignSite([
    ...attacks.map(([, page]) => page),
    framingPage(`${url}/runs/${run.runId}/review`),
  ]);
  context.cleanUp(foreign.close);
  const browser = await launchBrowser();
  context.cleanUp(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  const token = (await server.asProgram("reviewer")).authorization.slice("Bearer ".length);
  if ((await post(page, `${url}/api/session`, JSON.stringify({ token }))) !== 201)
    throw new Error("the reviewer could not sign in");
  const failures: string[] = [];
  // Another site, and the same site by another port: there a strict cookie is sent along.
  const sites = [`http://localhost:${foreign.port}`, `http://127.0.0.1:${foreign.port}`];
  for (const site of sites) {
    for (const [at, [name, { leaves }]] of attacks.entries()) {
      await page.goto(`${site}/${at}`, { waitUntil: "commit" });
      await (leaves ? page.waitForURL(`${url}/**`) : page.waitForFunction('document.title === "done"'));
      failures.push(...(await decided(server, `${name} from ${site}`)));
    }
    await page.goto(`${site}/${attacks.length}`);
    await page.waitForFunction('document.title === "done"');
    const texts = await Promise.all(
      page.frames().map((frame) =>
        frame
          .locator("body")
          .textContent({ timeout: 1_000 })
          .catch(() => ""),
      ),
    );
    if (texts.some((text) => text?.includes("Review"))) failures.push(`${site} can frame Holt's page`);
  }
  await page.goto(url);
  const own = await post(page, target, decisionOf(run));
  if (own !== 201) failures.push(`Holt's own page cannot decide (${own}), so the row would not see a breach`);
  return { n: sites.length * (attacks.length + 1), failures };
}

/** Sends JSON from the page that is open, as its own script does. */
function post(page: Page, url: string, body: string): Promise<number> {
  return page.evaluate(
    async (shot) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(shot.url, { method: "POST", headers, body: shot.body })).status;
    },
    { url, body },
  );
}
