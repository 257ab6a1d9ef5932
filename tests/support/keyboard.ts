/** How somebody without a pointer moves over a page, and whether they see where they are. */
import type { Page } from "playwright-core";

/** More presses than any page of Holt takes to its last control. */
const MOST_PRESSES = 150;

/** Presses Tab until what has the focus is called so; each stop on the way must be seen. @throws {Error} it never is */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let press = 0; press < MOST_PRESSES; press++) {
    await page.keyboard.press("Tab");
    const now = await focusOf(page);
    if (!now.isSeen) throw new Error(`keyboard: the focus on "${now.name}" is not to be seen (${now.why})`);
    if (typeof name === "string" ? now.name === name : name.test(now.name)) return;
  }
  throw new Error(`keyboard: ${MOST_PRESSES} times Tab never reached "${name}"`);
}

/** What the element that has the focus is called. */
export async function focused(page: Page): Promise<string> {
  return (await focusOf(page)).name;
}

export interface Focus {
  name: string;
  /** It has an outline, lies within the window, and nothing lies over it. */
  isSeen: boolean;
  why: string;
}

export function focusOf(page: Page): Promise<Focus> {
  return page.evaluate(FOCUS);
}

/** Runs in the page, so it is text: the tests are not compiled for browsers. */
const FOCUS = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: "", isSeen: true, why: "" };
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label");
  const name = (label ?? element.textContent).replace(/\\s+/g, " ").trim();
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isOutlined = outlineStyle === "auto" || outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  const boxes = [...element.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
  const isThere = boxes.some(({ left, top, width, height }) => {
    const x = left + width / 2, y = top + Math.min(height / 2, 12);
    const over = document.elementFromPoint(x, y);
    return over !== null && (element.contains(over) || over.contains(element) && over.tagName === "LABEL");
  });
  const why = isOutlined ? "something lies over it, or it lies outside of the window" : "it has no outline";
  return { name, isSeen: isOutlined && isThere, why };
})()`;
