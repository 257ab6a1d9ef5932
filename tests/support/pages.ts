import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Actor, Role } from "../../core/roles.ts";
import { issueSignInCode } from "../../operations/sessions.ts";
import { launchBrowser } from "./browser.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { addPageData, type PageData } from "./page-data.ts";
import { type TestServer, testServer } from "./server.ts";

const WEB = join(import.meta.dirname, "../../web");
/** Answers that a page is prepared for; the browser notes each as an error of its own. */
const REFUSED = /Failed to load resource: the server responded with a status of (401|403|404|409)/;

export interface Pages extends PageData {
  url: string;
  page: Page;
  database: TestDatabase;
  server: TestServer;
  /** Opens an address signed in as the person of this role, by a code in its fragment. */
  openAs(role: Exclude<Role, "service">, path: string): Promise<void>;
  codeFor(actor: Actor): Promise<string>;
  /** What the page complained of: errors, refused inline code, failed scripts. */
  complaints: string[];
}

/**
 * The pages as they are built from today's source, in a real browser, before the real server on a database with
 * something of everything. Call it once in a file; what it returns gives each test its own.
 */
export function usePages(): (options?: { width?: number; scheme?: "light" | "dark" }) => Promise<Pages> {
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
  return async ({ width = 1280, scheme = "light" } = {}) => {
    const database = await testDatabase();
    const server = await testServer(database, { webFolder });
    const data = await addPageData(server.operations);
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      locale: "en-GB",
      timezoneId: "Europe/Vienna",
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const codeFor = async (actor: Actor) => (await issueSignInCode(server.operations, actor)).code;
    return {
      ...data,
      url,
      page,
      database,
      server,
      codeFor,
      complaints: noteComplaints(page),
      async openAs(role, path) {
        await page.goto(`${url}${path}#sign-in=${await codeFor(data.people[role])}`);
      },
    };
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
