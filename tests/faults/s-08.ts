import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { launchBrowser } from "../support/browser.ts";
import { addPageData } from "../support/page-data.ts";
import { tryCarelessSite } from "./careless-site.ts";
import { openLooker } from "./hostile-pages.ts";
import { type HostileGroup, plantGroup } from "./hostile-rows.ts";
import type { FaultRow } from "./row.ts";
import { xssPayloads } from "./xss-payloads.ts";

const ROOT = join(import.meta.dirname, "../..");
/** So many stand at once in one run, its report and its review. */
const AT_ONCE = 8;
/** Words that are a picture's address, too. */
const HARMLESS = ["/favicon.svg", "/favicon.svg?again"];

/** What others wrote, on every page that draws it and in the report's file, in a real browser. */
export const s08: FaultRow = {
  id: "S-08",
  title: "Markup and scripts in every text of a report, in names, words, errors and addresses, in a browser",
  bound:
    "no dialog, no script, no element of its own, nothing that the policy had to refuse, no other host is asked",
  counts: { quick: 8, full: 200 },
  async run(context) {
    const webFolder = await context.folder();
    const { NODE_ENV: _, ...env } = process.env; // as it is served, also under a test's own NODE_ENV
    const args = ["run", "--silent", "build:web", "--", "--logLevel", "error", "--outDir", webFolder];
    await promisify(execFile)("npm", args, { cwd: ROOT, env });
    const database = await context.database();
    const server = await context.server(database, { webFolder });
    await addPageData(server.operations, server.artifacts);
    const url = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const browser = await launchBrowser();
    context.cleanUp(() => browser.close());
    const texts = xssPayloads(context.n, context.random);
    const look = await openLooker(context, { server, url, browser });
    const harmless = await plantGroup(database.db, HARMLESS);
    await look.atEverything(harmless, true);
    const groups: HostileGroup[] = [];
    for (let from = 0; from < texts.length; from += AT_ONCE)
      groups.push(await plantGroup(database.db, texts.slice(from, from + AT_ONCE)));
    for (const group of groups) await look.atEverything(group, group === groups.at(-1));
    const control = await tryCarelessSite(context, { url, browser, texts });
    return { n: texts.length, failures: [...look.failures(), ...control] };
  },
};
