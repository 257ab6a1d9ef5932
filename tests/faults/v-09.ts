import { children } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { startLoad, TEST_PAUSE_MS } from "./load.ts";
import type { FaultRow } from "./row.ts";
import { askShop, openShop, readiness, startShop } from "./served-shop.ts";

/** Shortest time until the scorer is there again after the first, second, … death in a row (docs/serving.md). */
const PAUSES_MS = [50, 100, 200, 400, 2_000];
/** After so long with all models, the deaths before don't count. */
const WELL_AFTER_MS = 5_000;

/** Kills the process that runs the models under load, again and again. */
export const v09: FaultRow = {
  id: "V-09",
  title: "The scorer's process killed under load",
  bound:
    "each answer 200; it is started again ever later, rests after the fifth death in a row, and answers again",
  counts: { quick: 5, full: 300 },
  async run(context) {
    const { env, headers } = await openShop(context);
    const { url, child } = await startShop(context, env);
    const scorer = () =>
      until("the scorer", async () => (await children(child.pid as number, "scorer-process"))[0]);
    const answersByModel = () =>
      until("an answer by the model", async () => (await askShop(url, "ann", headers)).fallback === false);
    const scorerWell = () =>
      until("a scorer that is well", async () => (await readiness(url)).body["scorer"] === "ok");
    await answersByModel();
    const pauseMs = context.n < v09.counts.full ? TEST_PAUSE_MS : 0;
    const load = startLoad(url, headers, ["ann", "bea", "cid"], { version: "2", pauseMs });
    const failures: string[] = [];
    for (let kill = 0; kill < context.n; kill++) {
      const inARow = kill % PAUSES_MS.length;
      const pid = await scorer();
      const killedAt = performance.now();
      const fallbacksBefore = load.fallbacks;
      process.kill(pid, kill % 2 === 0 ? "SIGKILL" : "SIGABRT");
      await until("a fallback answer", async () => load.fallbacks > fallbacksBefore);
      if (inARow === PAUSES_MS.length - 1) {
        const { status, body } = await readiness(url);
        if (status !== 200 || !String(body["scorer"]).includes("rests"))
          failures.push(`after 5 deaths in a row readyz says ${status}, scorer: ${body["scorer"]}`);
      }
      await until("another process", async () => (await scorer()) !== pid);
      const pauseMs = performance.now() - killedAt;
      if (pauseMs < (PAUSES_MS[inARow] as number))
        failures.push(`death ${inARow + 1} in a row: started again after ${Math.round(pauseMs)} ms`);
      await scorerWell();
      await answersByModel();
      if (inARow === PAUSES_MS.length - 1)
        await new Promise((resolve) => setTimeout(resolve, WELL_AFTER_MS + 500));
    }
    await load.stop();
    if (child.exitCode !== null) failures.push(`the server ended with ${child.exitCode}`);
    return { n: context.n, failures: [...failures, ...load.failures] };
  },
};
