/** Every page that draws what others wrote, looked at in a browser. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { drawDocument } from "../../report/document.ts";
import type { TestServer } from "../support/server-at.ts";
import { type HostileGroup, type HostileRows, USUAL_MODEL } from "./hostile-rows.ts";
import type { FaultContext } from "./row.ts";
import { type Drawn, drawnOn, watch } from "./watched-page.ts";

/** A page that has not come after this is broken. */
const LONGEST_MS = 10_000;
const LISTS = [
  ...["/", "/runs", "/reviews", "/incidents", "/audit", "/stand-ins"],
  ...[`/models/${USUAL_MODEL}/versions`, `/models/${USUAL_MODEL}/monitor`],
];

export interface Looker {
  /** One sentence each, of all that was looked at. */
  failures(): string[];
  /** Looks at every page of this group, and at the lists, where its last text must stand. */
  atEverything(group: HostileGroup, lists: boolean): Promise<void>;
}

/** The first group that it looks at says what pages are made of; what the others have more of is a failure. */
export async function openLooker(
  context: FaultContext,
  { server, url, browser }: { server: TestServer; url: string; browser: Browser },
): Promise<Looker> {
  const folder = await context.folder();
  const seenBy = await browser.newContext({ locale: "en-GB" });
  const seen = await watch(seenBy, [url, pathToFileURL(folder).href]);
  const page = await seenBy.newPage();
  const usual = new Set<string>();
  let learns = true;
  const failures: string[] = [];
  const { db } = server.operations.database;

  /** What stands on the page that is open, which must show these texts and be made of nothing unusual. */
  async function check(at: string, texts: readonly string[], part?: string): Promise<void> {
    const drawn = await drawnOn(page, part);
    if (learns) for (const shape of drawn.shapes) usual.add(shape);
    failures.push(
      ...seen.splice(0).map((what) => `${at}: ${what}`),
      ...faultsOf(drawn, texts, usual).map((fault) => `${at}: ${fault}`),
    );
  }

  async function atOwn(rows: readonly HostileRows[]): Promise<void> {
    // of the usual ones the first alone, at every address; of the others each, at one of them in turn
    for (const [at, row] of (learns ? rows.slice(0, 1) : rows).entries()) {
      await signIn(page, url, row);
      const others = otherAddresses(row);
      const some = learns ? others : others.slice(at % others.length).slice(0, 1);
      for (const [address, mustShow] of [...ownAddresses(row), ...some]) {
        await goTo(page, address);
        await check(`${address} of ${JSON.stringify(row.text)}`, mustShow ? [row.text] : []);
      }
    }
  }

  async function atRun({ runId, report }: HostileGroup, texts: readonly string[]): Promise<void> {
    await goTo(page, `/runs/${runId}`);
    await check("a run", texts);
    await goTo(page, `/runs/${runId}/review`);
    await check("a review", texts);
    for (const { user, note } of report.previews) {
      await goTo(page, `/runs/${runId}/review?user=${encodeURIComponent(user)}`);
      await check(`the shelves of ${JSON.stringify(user)}`, [note], ".shelf-section");
    }
    await page.goto(`${url}/api/runs/${runId}/report.html`);
    await check("report.html", texts);
    const file = join(folder, "report.html");
    await writeFile(file, drawDocument(await getReviewDetail(db, runId)));
    await page.goto(pathToFileURL(file).href);
    await check("the report's file", texts);
  }

  async function atLists(texts: readonly string[]): Promise<void> {
    await page.goto(`${url}/no/such/page`);
    for (const address of LISTS) {
      await goTo(page, address);
      // a list has the newest, which are these
      await check(address, address.endsWith("/monitor") ? [] : texts.slice(-1));
    }
  }

  return {
    failures: () => failures,
    async atEverything(group, lists) {
      const texts = group.rows.map(({ text }) => text);
      await atOwn(group.rows);
      await atRun(group, texts);
      if (lists) await atLists(texts);
      learns = false;
    },
  };
}

type Address = [address: string, mustShow: boolean];

/** Where most of what has this text's name is shown. */
function ownAddresses({ text }: HostileRows): Address[] {
  const name = encodeURIComponent(text);
  return [
    [`/models/${name}/monitor`, true],
    [`/runs/${name}?step=${name}`, true],
  ];
}

function otherAddresses({ text, incidentId }: HostileRows): Address[] {
  const name = encodeURIComponent(text);
  return [
    [`/models/${name}/versions`, true],
    [`/incidents/${incidentId}`, true],
    [`/incidents/${name}?model=${name}&state=${name}#${name}`, true],
    [`/audit?model=${name}`, true],
    [`/${name}`, false],
  ];
}

/** From here on the pages are this person's, whose name stands on each. */
async function signIn(page: Page, url: string, { session }: HostileRows): Promise<void> {
  await page
    .context()
    .addCookies([{ name: "holt-session", value: session, url, httpOnly: true, sameSite: "Strict" }]);
  await page.goto(`${url}/no/such/page`);
  await drawn(page);
}

/** As a link within the pages leads there. */
async function goTo(page: Page, address: string): Promise<void> {
  if (!page.url().startsWith("http") || page.url().includes("/api/"))
    throw new Error(`${page.url()}: is none of the pages; open one of them first`);
  await page.evaluate(
    `history.pushState(null, "", ${JSON.stringify(address)}); dispatchEvent(new PopStateEvent("popstate"))`,
  );
  await drawn(page);
}

/** Until what the page asked for is there. A page that broke has no heading, which its check then misses. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const end = performance.now() + ${LONGEST_MS};
    const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
    do await frame();
    while (performance.now() < end && (!document.querySelector("h1") || document.querySelector(".loading") || window.holtAsking > 0));
    await frame(); // what came last is drawn in the next
  })()`);
}

function faultsOf(drawn: Drawn, texts: readonly string[], usual: ReadonlySet<string>): string[] {
  const said = bare(drawn.text);
  return [
    ...drawn.shapes.filter((shape) => !usual.has(shape)).map((shape) => `has ${shape}`),
    ...texts
      .filter((text) => !said.includes(bare(text)))
      .map((text) => `does not show ${JSON.stringify(text)}`),
    ...(drawn.stolen === undefined ? [] : ["ran a script"]),
  ];
}

/** Without what a page may leave out of a text. */
function bare(text: string): string {
  return text.toWellFormed().replace(/[\s\p{C}]/gu, "");
}
