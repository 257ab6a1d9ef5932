import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Actor } from "../../core/roles.ts";
import { issueSignInCode } from "../../operations/sessions.ts";
import { launchBrowser } from "./browser.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { addPageData, type PageData } from "./page-data.ts";
import { type TestServer, testServer } from "./server.ts";

const WEB = join(import.meta.dirname, "../../web");
/** Answers that a page is prepared for; the browser notes each as an error of its own. */
const REFUSED = /Failed to load resource: the server responded with a status of (401|403|404|409)/;

export interface Screen {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
}

export interface EmptyPages {
  url: string;
  page: Page;
  database: TestDatabase;
  server: TestServer;
  /** Opens an address signed in as this person, by a code in its fragment. */
  signIn(actor: Actor, path: string): Promise<void>;
  codeFor(actor: Actor): Promise<string>;
  /** What the page complained of: errors, refused inline code, failed scripts. */
  complaints: string[];
}

export interface Pages extends EmptyPages, PageData {
  /** Opens an address signed in as the person of this role. */
  openAs(role: keyof PageData["people"], path: string): Promise<void>;
}

/**
 * The pages as they are built from today's source, in a real browser, before the real server on a real database. Call
 * it once in a file; each test opens its own, with something of everything or without anything.
 */
export function preparePages() {
  let browser: Browser;
  let webFolder: string;
  beforeAll(async () => {
    webFolder = await mkdtemp(join(tmpdir(), "holt-web-"));
    const silent = { logLevel: "silent", configFile: join(WEB, "vite.config.ts") } as const;
    await build({ root: WEB, ...silent, build: { outDir: webFolder, emptyOutDir: true } });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    if (webFolder) await rm(webFolder, { recursive: true });
  });
  const openEmptyPages = (screen: Screen = {}) => openStage(browser, webFolder, screen);
  return {
    openEmptyPages,
    async openPages(screen?: Screen): Promise<Pages> {
      const stage = await openEmptyPages(screen);
      const data = await addPageData(stage.server.operations, stage.server.artifacts);
      return { ...stage, ...data, openAs: (role, path) => stage.signIn(data.people[role], path) };
    },
  };
}

async function openStage(browser: Browser, webFolder: string, screen: Screen): Promise<EmptyPages> {
  const database = await testDatabase();
  const server = await testServer(database, { webFolder });
  const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  const context = await browser.newContext({
    viewport: { width: screen.width ?? 1280, height: screen.height ?? 800 },
    colorScheme: screen.scheme ?? "light",
    locale: "en-GB",
    timezoneId: "Europe/Vienna",
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const codeFor = async (actor: Actor) => (await issueSignInCode(server.operations, actor)).code;
  return {
    url,
    page,
    database,
    server,
    codeFor,
    complaints: noteComplaints(page),
    async signIn(actor, path) {
      await page.goto(`${url}${path}#sign-in=${await codeFor(actor)}`);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
    },
  };
}

function noteComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !REFUSED.test(message.text()))
      complaints.push(message.text());
  });
  return complaints;
}
