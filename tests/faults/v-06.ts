import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.ts";
import {
  askInBursts,
  askInTurn,
  earlyEnd,
  neverArrive,
  readLate,
  type Scene,
  tellSlowly,
} from "./ending-clients.ts";
import { Conversation, requestText } from "./http-conversation.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { openShop, type ServedShop, startShop } from "./served-shop.ts";

/** Servers that end at the same time. */
const AT_ONCE = 4;
/** From "not ready" to the end of listening, and between a load balancer's looks. */
const DRAIN_MS = 2_000;
const LOOK_EVERY_MS = 25;
/** The signal comes at any moment of this. */
const UNTIL_SIGNAL_MS = 300;
const ENDS_WITHIN_MS = 10_000;
/** What never arrives costs four seconds, so not each server has such a client. */
const NEVER_EACH = 15;

/** SIGTERM while clients keep their connections, ask ahead, send bodies slowly and read answers late. */
export const v06: FaultRow = {
  id: "V-06",
  title: "SIGTERM under load",
  bound:
    "every accepted request is answered whole, what was acknowledged is stored and nothing else; not ready before nobody listens; ends with 0 within 10 s",
  counts: { quick: 3, full: 300 },
  async run(context) {
    const shop = await openShop(context);
    const failures: string[] = [];
    let trial = 0;
    let told = 0;
    const lane = async () => {
      while (trial < context.n) {
        const number = trial++;
        const isTimed = context.n >= v06.counts.full;
        const { found, isTold } = await endOne(context, shop, {
          hasNever: number % NEVER_EACH === 0,
          isTimed,
        });
        if (isTold) told++;
        failures.push(...found.map((failure) => `end ${number}: ${failure}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (told === 0)
      failures.push("of no server it could be told what was first: not ready, or nobody listens");
    return { n: trial, failures };
  },
};

async function endOne(
  context: FaultContext,
  shop: ServedShop,
  { hasNever, isTimed }: { hasNever: boolean; isTimed: boolean },
): Promise<{ found: string[]; isTold: boolean }> {
  const { url, child } = await startShop(context, { ...shop.env, HOLT_DRAIN_MS: String(DRAIN_MS) });
  const { headers } = shop;
  const scene: Scene = {
    ...{ url, headers, random: context.random, isReady: true, drainMs: DRAIN_MS, readyAt: performance.now() },
    ...{ failures: [], taken: [], untold: [], answered: 0 },
  };
  const { failures } = scene;
  await until("an answer", async () => {
    const path = new URL("/v1/models/shop/recommendations?user=ann&k=5", url);
    return (await fetch(path, { headers })).status === 200;
  });
  const watching = watch(scene);
  const clients = [askInTurn(scene), askInTurn(scene), askInBursts(scene), askInBursts(scene)];
  if (hasNever) clients.push(neverArrive(scene));
  await pause(UNTIL_SIGNAL_MS * context.random.next());
  const taken = await Promise.all([tellSlowly(scene), tellSlowly(scene), readLate(scene)]);
  clients.push(...taken.map((goOn) => goOn()));
  const startedAt = performance.now();
  const code = await end(child);
  const tookMs = performance.now() - startedAt;
  await Promise.all(clients);
  const { fault, isTold } = await watching;
  if (fault) failures.push(fault);
  if (code !== 0) failures.push(`ended with ${code}`);
  // the server itself ends with 1 when it takes longer; how busy the machine is says a watch, too
  if (isTimed && tookMs > ENDS_WITHIN_MS) failures.push(`took ${tookMs.toFixed(0)} ms to end`);
  if (scene.answered === 0 || scene.taken.length === 0) failures.push("nobody was answered");
  failures.push(...(await compareStored(shop, scene)));
  return { found: [...new Set(failures)], isTold };
}

async function end(child: ChildProcess): Promise<number | string | null> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await exited;
  return code ?? signal;
}

/**
 * A load balancer's looks. It was ready when it said so the last time, so whoever finds that nobody listens less than the server's
 * pause after that was asked knows that the pause was not kept; on a busy machine it looks so seldom that it may not be told.
 */
async function watch(scene: Scene): Promise<{ fault?: string; isTold: boolean }> {
  let wasNotReady = false;
  for (;;) {
    const askedAt = performance.now();
    const conversation = await Conversation.open(scene.url);
    if (!conversation) {
      const fault = earlyEnd(scene);
      return { ...(fault && { fault }), isTold: fault !== undefined || wasNotReady };
    }
    conversation.socket.write(requestText("GET", "/readyz", {}));
    await conversation.hear(1);
    const status = conversation.answers[0]?.status;
    conversation.close();
    if (status === 200 && wasNotReady)
      return { fault: "it was not ready, and then ready again", isTold: true };
    wasNotReady ||= status === 503;
    if (status === 200) scene.readyAt = askedAt;
    scene.isReady = !wasNotReady;
    await pause(LOOK_EVERY_MS);
  }
}

/** What was acknowledged is stored, and of what was not, nothing is: a client tells that again elsewhere. */
async function compareStored({ database }: ServedShop, { taken, untold }: Scene): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>("select id from outcome where id = any($1)", [
    [...taken, ...untold],
  ]);
  const stored = new Set(rows.map(({ id }) => id));
  const lost = taken.filter((id) => !stored.has(id)).length;
  const more = untold.filter((id) => stored.has(id)).length;
  return [
    ...(lost > 0 ? [`${lost} of ${taken.length} acknowledged outcomes are not stored`] : []),
    ...(more > 0 ? [`${more} outcomes are stored of which nothing was said`] : []),
  ];
}
