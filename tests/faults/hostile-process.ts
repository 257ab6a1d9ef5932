/**
 * A process of hostile clients, so that what they cost themselves is not the measuring process's: with a HostileOrder as its
 * argument it says as JSON what came of it (HostileReport).
 */
import { setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { HOSTILE_CLIENTS, type HostileClient, type HostileKind } from "./hostile-clients.ts";
import { Conversation } from "./http-conversation.ts";

export interface HostileOrder {
  kinds: readonly HostileKind[];
  /** Of these, nobody waits for the end. */
  endless?: readonly HostileKind[];
  url: string;
  headers: Record<string, string>;
  /** Of each kind. */
  sockets: number;
  /** Who keeps coming goes on for so long at least, and until all others are over. */
  leastMs: number;
  /** Whoever is not over after so long never will be. */
  patienceMs: number;
  /** How much the server comes first: they would come from another machine, and where they share its own they get what it leaves. */
  nice: number;
}

export interface HostileOutcome {
  /** How often each status was heard. */
  statuses: Record<string, number>;
  /** Connections for which it was over. */
  over: number;
  /** Until it was so for the last of these. */
  tookMs: number;
}
export type HostileReport = Record<string, HostileOutcome>;

const order = JSON.parse(process.argv[2] ?? "") as HostileOrder;
const { kinds, endless = [], url, headers, sockets, leastMs, patienceMs } = order;
setPriority(order.nice);
const report: HostileReport = {};
let isAllOver = false;
const attacks = kinds.map((kind) => {
  const client: HostileClient = HOSTILE_CLIENTS[kind];
  const isAwaited = client.over !== undefined && !endless.includes(kind);
  const outcome: HostileOutcome = { statuses: {}, over: 0, tookMs: 0 };
  report[kind] = outcome;
  const all = Promise.all(Array.from({ length: sockets }, () => attack(client, isAwaited, outcome)));
  return { isAwaited, all };
});
const awaited = attacks.filter(({ isAwaited }) => isAwaited).map(({ all }) => all);
await Promise.all([...awaited, pause(leastMs)]);
isAllOver = true;
await Promise.all(attacks.map(({ all }) => all));
console.log(JSON.stringify(report));
process.exit(0);

async function attack(client: HostileClient, isAwaited: boolean, outcome: HostileOutcome): Promise<void> {
  const conversation = await Conversation.open(url);
  if (!conversation) throw new Error("nobody listens");
  const startedAt = performance.now();
  const isOver = () => {
    if (conversation.isOver) return true;
    if (!isAwaited) return isAllOver;
    const isTold = client.over === "told" && conversation.answers.length > 0;
    return isTold || performance.now() - startedAt > patienceMs;
  };
  void client.attack(conversation, { headers, isOver });
  while (!isOver()) await pause(20);
  for (const { status } of conversation.answers)
    outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
  if (conversation.isOver || (client.over === "told" && conversation.answers.length > 0)) {
    outcome.over++;
    outcome.tookMs = Math.max(outcome.tookMs, performance.now() - startedAt);
  }
  conversation.close();
}
