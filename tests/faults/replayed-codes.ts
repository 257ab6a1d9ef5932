/** Codes of a real provider: used up, or another browser's. */
import { PlainBrowser } from "../support/plain-browser.ts";
import { openServerWithProvider } from "../support/provider-server.ts";
import type { FaultContext } from "./row.ts";

/** Two trials: a code that was used, and one that was stolen before it was; each brought in the thief's own sign-in. */
export async function replayCodes(context: FaultContext): Promise<string[]> {
  const { serverUrl, provider } = await openServerWithProvider(await context.database(), context.cleanUp);
  provider.person = { sub: "1", claims: { preferred_username: "rita", groups: ["holt-reviewers"] } };
  const failures: string[] = [];
  for (const isUsed of [true, false]) {
    const [victim, thief] = [new PlainBrowser(), new PlainBrowser()];
    const stolen = await untilAnswer(victim, serverUrl);
    if (isUsed && (await victim.visit(stolen)).status !== 200) failures.push("an honest sign-in was refused");
    const own = await untilAnswer(thief, serverUrl);
    own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    const { status } = await thief.visit(own);
    const isIn = thief.cookies.get(serverUrl)?.has("holt-session");
    if (status !== 403 || isIn)
      failures.push(`a ${isUsed ? "used" : "stolen"} code let somebody in (${status})`);
  }
  return failures;
}

/** The provider's answer, which the browser hasn't brought back yet. */
async function untilAnswer(browser: PlainBrowser, serverUrl: string): Promise<URL> {
  let url = new URL(`${serverUrl}/api/sign-in`);
  while (url.pathname !== "/api/sign-in/callback") {
    const { headers } = await browser.visit(url, 0);
    url = new URL(headers.get("location") ?? "", url);
  }
  return url;
}
