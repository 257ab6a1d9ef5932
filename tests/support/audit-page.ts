import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Axe as it is sent to browsers: half the size of what its builder would send, twice for each look. */
const AXE = readFileSync(
  createRequire(import.meta.resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"),
  "utf8",
);

/**
 * Axe reads each colour anew for each element and each one behind it: ten thousand times "rgba(0, 0, 0, 0)" on a page of
 * some hundred rows, half of all that it does. The same text is the same colour, so each is read once.
 */
const READ_COLOURS_ONCE = `(() => {
  const { prototype } = axe.commons.color.Color;
  const { parseString } = prototype;
  const known = new Map();
  prototype.parseString = function (text) {
    if (known.has(text)) return Object.assign(this, known.get(text));
    parseString.call(this, text);
    const { r, g, b, alpha } = this;
    known.set(text, { r, g, b, alpha });
    return this;
  };
})()`;

/** What axe finds against WCAG and good practice, each with the first place that has it. */
export async function auditPage(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  await page.evaluate(READ_COLOURS_ONCE);
  // no page of Holt has frames, for which the other mode opens a window at each look; nor sound or moving pictures, for
  // which axe would load the style sheets again
  const axe = new AxeBuilder({ page, axeSource: "undefined" })
    .setLegacyMode(true)
    .options({ resultTypes: ["violations"], selectors: false, preload: false });
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
