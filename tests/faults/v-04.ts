import { once } from "node:events";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/until.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { askShop, type Heard, openShop, readiness, type ServedShop, startShop } from "./served-shop.ts";
import { openTcpRelay } from "./tcp-relay.ts";

/** From the start of the process to the first answer. The tests run beside others on the same processors. */
const MOST_MS = { quick: 15_000, full: 2_000 };
const NOWHERE = "127.0.0.1:1";

interface Case {
  name: string;
  /** Done to what an earlier server kept. */
  change(folder: string): Promise<unknown>;
  /** What must come of it. */
  expect(heard: Heard): boolean;
  /** The health detail of the folder must be red. */
  isRed?: boolean;
}

const CASES: Case[] = [
  {
    name: "all that was kept",
    change: async () => undefined,
    expect: ({ status, fallback, items }) => status === 200 && fallback === true && items[0] === "i00",
  },
  {
    name: "no model, popularity lists alone",
    change: (folder) =>
      Promise.all([rm(join(folder, "live.json")), rm(join(folder, "artifacts"), { recursive: true })]),
    expect: ({ status, version, fallback, items }) =>
      status === 200 && version === "2" && fallback === true && items[0] === "i00",
  },
  {
    name: "a changed popularity list, and no model",
    async change(folder) {
      await rm(join(folder, "live.json"));
      await rm(join(folder, "artifacts"), { recursive: true });
      await spoil(join(folder, "popularity.json"));
    },
    expect: ({ status, retryAfter }) => status === 503 && retryAfter !== null,
    isRed: true,
  },
  {
    name: "a changed popularity list beside sound models",
    change: (folder) => spoil(join(folder, "popularity.json")),
    expect: ({ status, items }) => status === 200 && items[0] === "i00",
    isRed: true,
  },
  {
    name: "no popularity list of what is live",
    async change(folder) {
      const { live } = JSON.parse(await readFile(join(folder, "live.json"), "utf8")).body;
      const digest: string = live[0].release.fallbackDigest;
      await rm(join(folder, "artifacts", digest.slice(0, 2), digest));
      await rm(join(folder, "popularity.json"));
    },
    expect: ({ status, version, fallback, items }) =>
      status === 200 && version === "1" && fallback === true && items[0] === "old00",
  },
  {
    name: "a changed list of what is live",
    change: (folder) => spoil(join(folder, "live.json")),
    expect: ({ status, version, fallback }) => status === 200 && version === "2" && fallback === true,
    isRed: true,
  },
];

/** Starts with no PostgreSQL, no Temporal and no artifacts, on what an earlier server kept. */
export const v04: FaultRow = {
  id: "V-04",
  title: "A cold start with nothing reachable",
  bound: "popularity within 2 s, with its age; a changed file is refused",
  counts: { quick: CASES.length, full: 20 },
  async run(context) {
    const shop = await openShop(context);
    const kept = await keepSomething(context, shop);
    const silent = await openTcpRelay(NOWHERE);
    silent.set("silent");
    context.cleanUp(silent.close);
    const mostMs = context.n >= v04.counts.full ? MOST_MS.full : MOST_MS.quick;
    const failures: string[] = [];
    for (let trial = 0; trial < context.n; trial++) {
      const one = CASES[trial % CASES.length] as Case;
      const nobody = Math.floor(trial / CASES.length) % 2 === 0 ? NOWHERE : silent.address;
      const folder = join(await context.folder(), "serving");
      await cp(kept, folder, { recursive: true });
      await one.change(folder);
      const found = await startCold(context, shop, { folder, nobody, one, mostMs });
      failures.push(
        ...found.map((failure) => `${one.name}, ${nobody === NOWHERE ? "refused" : "silent"}: ${failure}`),
      );
    }
    return { n: context.n, failures };
  },
};

/** What a server keeps that served the shop and was ended. */
async function keepSomething(context: FaultContext, { env, headers }: ServedShop): Promise<string> {
  const folder = join(await context.folder(), "serving");
  const { url, child } = await startShop(context, { ...env, HOLT_SERVING_FOLDER: folder });
  await until("an answer", async () => (await askShop(url, "ann", headers)).fallback === false);
  await until("the version before", async () => {
    const text = await readFile(join(folder, "live.json"), "utf8").catch(() => "");
    return text !== "" && JSON.parse(text).body.lastGood.length > 0;
  });
  await until("a kept token", () => readFile(join(folder, "tokens.json"), "utf8").catch(() => undefined));
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  return folder;
}

async function startCold(
  context: FaultContext,
  { headers }: ServedShop,
  { folder, nobody, one, mostMs }: { folder: string; nobody: string; one: Case; mostMs: number },
): Promise<string[]> {
  const startedAt = performance.now();
  const { url, child } = await startShop(context, {
    DATABASE_URL: `postgresql://holt_server:none@${nobody}/holt`,
    TEMPORAL_ADDRESS: nobody,
    HOLT_ARTIFACTS: join(folder, "..", "no-artifacts"),
    HOLT_SERVING_FOLDER: folder,
  });
  const heard = await askShop(url, "nobody", headers);
  const tookMs = performance.now() - startedAt;
  const failures: string[] = [];
  if (!one.expect(heard)) failures.push(`answers ${JSON.stringify(heard)}`);
  if (heard.status === 200 && !/^\d+$/.test(heard.age ?? "")) failures.push(`its age is ${heard.age}`);
  if (heard.status === 200 && tookMs > mostMs) failures.push(`took ${Math.round(tookMs)} ms`);
  const health = await until("a red database", async () => {
    const found = await readiness(url);
    return found.body["database"] !== "ok" && found;
  });
  if (health.status !== heard.status) failures.push(`readyz says ${health.status}`);
  if ((health.body["localFolder"] !== "ok") !== (one.isRed === true))
    failures.push(`the folder's health is ${health.body["localFolder"]}`);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  return failures;
}

/** Changes the best item's id: a whole JSON file, with another meaning. */
async function spoil(path: string): Promise<void> {
  const text = await readFile(path, "utf8");
  const spoilt = text.replace('"items":["i00"', '"items":["i19"').replace('"version":2', '"version":3');
  if (spoilt === text) throw new Error(`${path}: has nothing to change`);
  await writeFile(path, spoilt);
}
