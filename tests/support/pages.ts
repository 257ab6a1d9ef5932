import type { Page } from "playwright-core";
import { beforeAll } from "vitest";
import type { Actor } from "../../core/roles.ts";
import { issueSignInCode } from "../../operations/sessions.ts";
import { builtPages } from "./built-pages.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import type { PageData } from "./page-data.ts";
import { copyPageData } from "./page-template.ts";
import { type TestServer, testServer } from "./server.ts";
import { openPage, type Screen } from "./shared-page.ts";

/** Answers that a page is prepared for; the browser notes each as an error of its own. */
const REFUSED = /Failed to load resource: the server responded with a status of (401|403|404|409)/;

export type { Screen };

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
  beforeAll(async () => {
    await builtPages();
  });
  return {
    openEmptyPages: async (screen?: Screen): Promise<EmptyPages> =>
      openStage(await testDatabase(), { screen }),
    async openPages(screen?: Screen): Promise<Pages> {
      const { database, artifactsFolder, data } = await copyPageData();
      const stage = await openStage(database, { artifactsFolder, screen });
      return { ...stage, ...data, openAs: (role, path) => stage.signIn(data.people[role], path) };
    },
  };
}

async function openStage(
  database: TestDatabase,
  { screen, ...options }: { screen: Screen | undefined; artifactsFolder?: string },
): Promise<EmptyPages> {
  const server = await testServer(database, { webFolder: await builtPages(), ...options });
  const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  const page = await openPage(screen);
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
