import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.ts";
import { askInBursts, askInTurn, neverArrive, readLate, type Scene, tellSlowly } from "./ending-clients.ts";
import { Conversation, requestText } from "./http-conversation.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { openShop, type ServedShop, startShop } from "./served-shop.ts";

/** Servers that end at the same time. */
const AT_ONCE = 4;
/** Between "not ready" and the end of listening, and between a load balancer's looks. */
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
  counts: { quick: 4, full: 300 },
  async run(context) {
    const shop = await openShop(context);
    const failures: string[] = [];
    let trial = 0;
    const lane = async () => {
      while (trial < context.n) {
        const number = trial++;
        const found = await endOne(context, shop, { hasNever: number % NEVER_EACH === 0 });
        failures.push(...found.map((failure) => `end ${number}: ${failure}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return { n: trial, failures };
  },
};

async function endOne(
  context: FaultContext,
  shop: ServedShop,
  { hasNever }: { hasNever: boolean },
): Promise<string[]> {
  const { url, child } = await startShop(context, { ...shop.env, HOLT_DRAIN_MS: String(DRAIN_MS) });
  const { headers } = shop;
  const scene: Scene = {
    ...{ url, headers, random: context.random, isReady: true },
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
  failures.push(...(await watching));
  if (code !== 0) failures.push(`ended with ${code}`);
  if (tookMs > ENDS_WITHIN_MS) failures.push(`took ${tookMs.toFixed(0)} ms to end`);
  if (scene.answered === 0 || scene.taken.length === 0) failures.push("nobody was answered");
  failures.push(...(await compareStored(shop, scene)));
  return [...new Set(failures)];
}

async function end(child: ChildProcess): Promise<number | string | null> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await exited;
  return code ?? signal;
}

/** A load balancer's looks. What is wrong with the order of "not ready" and "nobody listens". */
async function watch(scene: Scene): Promise<string[]> {
  let notReadyAt: number | undefined;
  for (;;) {
    const conversation = await Conversation.open(scene.url);
    const now = performance.now();
    if (!conversation) {
      if (notReadyAt === undefined) return ["nobody listens, and it was never said to be not ready"];
      const noticedMs = now - notReadyAt;
      const isEarly = noticedMs < DRAIN_MS / 2; // a busy machine looks late
      return isEarly ? [`nobody listens ${noticedMs.toFixed(0)} ms after "not ready"`] : [];
    }
    conversation.socket.write(requestText("GET", "/readyz", {}));
    await conversation.hear(1);
    const status = conversation.answers[0]?.status;
    conversation.close();
    if (status === 503) notReadyAt ??= now;
    if (status === 200 && notReadyAt !== undefined) return ["it was not ready, and then ready again"];
    scene.isReady = notReadyAt === undefined;
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
