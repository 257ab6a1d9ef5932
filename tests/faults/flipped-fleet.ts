/** Servers of one shop whose two versions go live in turn, under load: what each answers, and how soon. */
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { rollback } from "../../operations/rollback.ts";
import { addActor } from "../support/actors.ts";
import { children } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { type PacedLoad, startPacedLoad } from "./paced-load.ts";
import type { FaultContext } from "./row.ts";
import { openShop, type ServedShop, startShop } from "./served-shop.ts";

const CONNECTIONS = 8;
const LOOK_EVERY_MS = 2;
/** So long a flip may take that is not to be called lost. */
const PATIENCE_MS = 20_000;
/** Known to both versions' models. */
const PERSON = "dora";

interface Member {
  url: string;
  child: ChildProcess;
  load: PacedLoad;
  /** The version that every question asked since then must be answered by; undefined while it may be either. */
  settled: { version: number; since: number } | undefined;
}

export interface Fleet {
  shop: ServedShop;
  members: readonly Member[];
  /** Puts the other version live and waits until every server answers by it. Resolves with the milliseconds since the commit. */
  flip(): Promise<number>;
  /** Answers, and what was wrong, of all servers so far. */
  heard(): { answers: number; tookMs: number[]; failures: string[] };
  /** Resident memory of servers and their scorers, in bytes. Linux only. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** @param perSecond questions that each server is asked */
export async function openFleet(
  context: FaultContext,
  of: { servers: number; perSecond: number },
): Promise<Fleet> {
  const shop = await openShop(context);
  const { database, headers } = shop;
  const by = await addActor({ database }, "deployer");
  let live = 2;
  const lists = new Map<number, string>();
  const started = await Promise.all(Array.from({ length: of.servers }, () => startShop(context, shop.env)));
  const ask = async (url: string) => {
    const answer = await fetch(pathOf(url), { headers });
    return { ...readAnswer(await answer.text()), header: Number(answer.headers.get("x-holt-version")) };
  };
  const goLive = (version: number) =>
    rollback({ database }, by, "shop", { expectedVersion: live, toVersion: version, reason: "a trial" }).then(
      () => {
        live = version;
        return performance.now();
      },
    );
  const answersBy = async ({ url }: { url: string }, version: number) => {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUpAt) {
      const asked = await ask(url);
      if (asked.version === version && asked.header === version) return asked;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`a server did not answer by version ${version} within ${PATIENCE_MS / 1_000} s`);
  };
  // Each version's whole list, with scores, before anything changes under load.
  for (const version of [1, 2]) {
    await goLive(version);
    for (const server of started) {
      await answersBy(server, version);
      const list = await until("an answer of the model", async () => {
        const asked = await ask(server.url);
        return asked.fallback ? undefined : asked.list;
      });
      if ((lists.get(version) ?? list) !== list)
        throw new Error(`two servers answer version ${version} differently`);
      lists.set(version, list);
    }
  }
  if (lists.get(1) === lists.get(2))
    throw new Error("both versions give one list, so nothing could be told apart");
  const members = started.map(({ url, child }): Member => {
    const member: Member = { url, child, settled: undefined, load: undefined as unknown as PacedLoad };
    const judge = ({ body, askedAt }: { body: string; askedAt: number }) => {
      const { version, list } = readAnswer(body);
      if (list !== lists.get(version)) return `says version ${version}, and answers ${list}`;
      const { settled } = member;
      if (settled && askedAt >= settled.since && version !== settled.version)
        return `answers by version ${version} after it had answered by version ${settled.version}`;
      return undefined;
    };
    member.load = startPacedLoad({
      url: new URL(pathOf(url)),
      headers,
      connections: CONNECTIONS,
      perSecond: of.perSecond,
      judge,
    });
    return member;
  });
  return {
    shop,
    members,
    async flip() {
      const next = 3 - live;
      for (const member of members) member.settled = undefined;
      const committedAt = await goLive(next);
      const times = await Promise.all(
        members.map(async (member) => {
          await answersBy(member, next);
          const since = performance.now();
          member.settled = { version: next, since };
          return since - committedAt;
        }),
      );
      return Math.max(...times);
    },
    heard() {
      const loads = members.map(({ load }) => load);
      const tookMs = loads.flatMap((load) => load.tookMs);
      return { answers: tookMs.length, tookMs, failures: loads.flatMap(({ failures }) => failures) };
    },
    async memory() {
      const pids = await Promise.all(
        members.map(async ({ child }) => [
          child.pid as number,
          ...(await children(child.pid as number, "scorer-process")),
        ]),
      );
      const sizes = await Promise.all(pids.flat().map(residentBytes));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async stop() {
      await Promise.all(members.map(({ load }) => load.stop()));
    },
  };
}

function pathOf(url: string): string {
  return `${url}/v1/models/shop/recommendations?k=5&user=${PERSON}`;
}

function readAnswer(text: string): { version: number; fallback: boolean; list: string } {
  const { version, fallback, items } = JSON.parse(text) as {
    version: number;
    fallback: boolean;
    items: unknown;
  };
  return { version, fallback, list: JSON.stringify(items) };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}
