import type { BrowserContext, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { launchBrowser } from "./browser.ts";

export interface Screen {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
}

let context: Promise<BrowserContext> | undefined;
let shared: Page | undefined;

/**
 * An empty page in a real browser, on this screen. All tests that a process reads get the same one after another, since a
 * new one costs the start of two processes: when a test ends, cookies, routes, listeners and what it shows are taken away.
 * What pages store is kept by the server's port, which no two tests share. The browser ends with the process.
 */
export async function openPage({ width = 1280, height = 800, scheme = "light" }: Screen = {}): Promise<Page> {
  context ??= openContext();
  const page = shared && !shared.isClosed() ? shared : await (await context).newPage();
  shared = page;
  onTestFinished(() => empty(page));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme, media: null });
  return page;
}

async function openContext(): Promise<BrowserContext> {
  const browser = await launchBrowser();
  return browser.newContext({ locale: "en-GB", timezoneId: "Europe/Vienna" });
}

/** A page that cannot be emptied is closed, so that the next test gets another. */
async function empty(page: Page): Promise<void> {
  try {
    await page.removeAllListeners(undefined, { behavior: "wait" });
    await page.unrouteAll({ behavior: "wait" });
    await page.mouse.move(0, 0);
    await page.goto("about:blank");
    await page.context().clearCookies();
  } catch {
    await page.close();
  }
}
