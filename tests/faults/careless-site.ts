import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "playwright-core";
import type { FaultContext } from "./row.ts";
import { watch } from "./watched-page.ts";

/** Of so many payloads at least one must do something on a careless page. */
const LIVE_OF = 2;
/** So many are also tried behind the policy. */
const HELD = 3;
const LONGEST_CARELESS_MS = 1_000;

/** On pages that write the texts as they come, most must do something; behind Holt's policy the browser must tell of them. */
export async function tryCarelessSite(
  context: FaultContext,
  { url, browser, texts }: { url: string; browser: Browser; texts: readonly string[] },
): Promise<string[]> {
  const policy = (await fetch(url)).headers.get("content-security-policy") ?? "";
  const site = await openCarelessSite(texts, policy);
  context.cleanUp(site.close);
  const seenBy = await browser.newContext();
  const seen = await watch(seenBy, [site.url]);
  const live = { bare: 0, held: 0 };
  for (const [way, tried] of [
    ["bare", texts],
    ["held", texts.slice(0, HELD)],
  ] as const)
    for (const at of tried.keys()) {
      const page = await seenBy.newPage();
      // some leave while they load, some never end to ask
      const late = setTimeout(LONGEST_CARELESS_MS, undefined, { ref: false });
      await Promise.race([page.goto(`${site.url}/${way}/${at}`).catch(() => {}), late]);
      const stolen = await Promise.race([page.evaluate("window.stolen").catch(() => undefined), late]);
      if (seen.splice(0).length > 0 || stolen !== undefined) live[way] += 1;
      page.close().catch(() => {}); // one that asks does not end, either
    }
  return [
    ...(live.bare * LIVE_OF >= texts.length
      ? []
      : [`only ${live.bare} of ${texts.length} do anything on a careless page, so the row tries nothing`]),
    ...(live.held === HELD ? [] : ["what the policy refuses is not told, so the row would not see it"]),
  ];
}

/** A site that writes texts into its pages as they come: `/bare/<place>` as it is, `/held/<place>` with a policy. */
async function openCarelessSite(
  texts: readonly string[],
  policy: string,
): Promise<{ url: string; close(): void }> {
  const server = createServer(({ url = "" }, response) => {
    const [, way, place] = url.split("/");
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (way === "held") response.setHeader("content-security-policy", policy);
    response.end(carelessPage(texts[Number(place)] ?? ""));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The text between tags, in attributes of each kind, as an address, within a script and a style, and parsed twice. */
function carelessPage(text: string): string {
  return `<!doctype html><body><div id="again"></div>
<script>addEventListener("load", () => {
  again.innerHTML = ${JSON.stringify(text).replaceAll("<", "\\u003c")};
  // to this very site nobody has to be led
  for (const each of document.querySelectorAll("#link")) if (each.host !== location.host) each.click?.();
})</script>
<p>${text}</p>
<p title="${text}"></p><p title='${text}'></p><p title=${text}></p>
<a id="link" href="${text}">x</a><img src="${text}">
<p style="background:${text}"></p>
<script>let one = "${text}";</script><script>let two = '${text}';</script><script>let three = \`${text}\`;</script>
<script>try { eval(${JSON.stringify(text).replaceAll("<", "\\u003c")}) } catch {}</script>
<title>${text}</title><textarea>${text}</textarea><noscript>${text}</noscript><style>${text}</style>`;
}
