/** A browser's page that tells all that text could have made it do. */
import type { BrowserContext, Page } from "playwright-core";
import { FOREIGN_HOST } from "./xss-payloads.ts";

/** What the browser says of a page that tries what its policy forbids. */
const REFUSED = /Content Security Policy/;
/** A report may name pictures of hosts that the operator didn't allow; the policy keeps the browser from asking them. */
const REFUSED_PICTURE = `img-src https://${FOREIGN_HOST}/`;

/** Of the same kind there may be many. */
const MOST_DIALOGS = 6;
/** A dialog that hasn't come after these won't. */
const MOST_FRAMES = 30;

/** What a page is made of, and what it says. */
export interface Drawn {
  /** Elements and their attributes by name; where addresses lead; code within the page. */
  shapes: string[];
  text: string;
  /** A payload's own mark. */
  stolen: unknown;
}

/** Notes what pages of this browser context do that no page of Holt does. `own`: where they may ask. */
export async function watch(context: BrowserContext, own: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  await context.exposeBinding("holtRefused", (_source, what: string) => {
    if (!what.startsWith(REFUSED_PICTURE)) seen.push(`tried what the policy refuses: ${what}`);
  });
  // a page may ask for more than one thing, and draws what depends on the second without a word of waiting
  await context.addInitScript(`{
    const ask = window.fetch;
    window.holtAsking = 0;
    window.fetch = (...what) => {
      window.holtAsking += 1;
      return ask(...what).finally(() => { window.holtAsking -= 1; });
    };
  }`);
  await context.addInitScript(`addEventListener("securitypolicyviolation", (event) => {
    holtRefused(event.effectiveDirective + " " + event.blockedURI + " " + event.sample);
  }, true)`);
  // what the policy refuses never comes here; what does also gets something
  await context.route(
    ({ protocol, href }) => protocol !== "data:" && !own.some((origin) => href.startsWith(origin)),
    (route) => {
      seen.push(`asked ${route.request().url()}`);
      return route.fulfill({
        contentType: "text/javascript",
        headers: { "access-control-allow-origin": "*" },
        body: "window.stolen = 1",
      });
    },
  );
  context.on("dialog", (dialog) => {
    seen.push(`opened a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {}); // its page may have gone
  });
  context.on("console", (message) => {
    const text = message.text();
    if (REFUSED.test(text) && !text.includes(`'https://${FOREIGN_HOST}`) && !/\bimg-src\b/.test(text))
      seen.push(`complained: ${text}`);
  });
  context.on("weberror", (error) => seen.push(`broke: ${error.error()}`));
  return seen;
}

/** Opens all that is folded away, and each dialog, and tells what the page then is; or a part of it alone. */
export function drawnOn(page: Page, part?: string): Promise<Drawn> {
  return page.evaluate(`(${LOOK})(${JSON.stringify(part)})`) as Promise<Drawn>;
}

const LOOK = `async (only) => {
  const shapes = new Set();
  let text = "";
  const links = ["href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset", "background"];
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
  function look(part) {
    text += document.title + " " + part.textContent;
    for (const element of [part, ...part.querySelectorAll("*")]) {
      const name = element.localName;
      shapes.add(name);
      if (name === "script" && element.textContent.trim() !== "") shapes.add("code within the page");
      for (const attribute of element.attributes) {
        shapes.add(name + "[" + attribute.name + "]");
        text += " " + attribute.value;
        if (!links.includes(attribute.name)) continue;
        const to = URL.canParse(attribute.value, document.baseURI) && new URL(attribute.value, document.baseURI);
        const isOwn = to && to.protocol === location.protocol && to.host === location.host;
        if (!isOwn) shapes.add(name + "[" + attribute.name + "] to " + (to ? to.protocol + "//" + to.host : "nowhere"));
      }
    }
  }
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  await frame();
  look((only && document.querySelector(only)) || document.documentElement);
  const asks = /(…|^Retry|^Skip|^Abort the run|^Start a run)$/;
  const buttons = [...document.querySelectorAll("main button")].filter((button) => asks.test(button.textContent));
  for (const button of only ? [] : buttons.slice(0, ${MOST_DIALOGS})) {
    button.click();
    // drawn within a frame, unless the machine is busy
    for (let left = ${MOST_FRAMES}; left > 0 && !document.querySelector("dialog[open]"); left--) await frame();
    for (const dialog of document.querySelectorAll("dialog[open]")) {
      look(dialog);
      for (const close of dialog.querySelectorAll("button")) if (close.textContent === "Cancel") close.click();
    }
    await frame();
  }
  return { shapes: [...shapes], text, stolen: window.stolen };
}`;
