/** Clients of a server that ends under them: each kind holds something that a careless end would lose. */
import { setTimeout as pause } from "node:timers/promises";
import { Conversation, requestText } from "./http-conversation.ts";
import type { Random } from "./random.ts";

const LIST = "/v1/models/shop/recommendations?k=5&user=";
const PEOPLE = ["ann", "bea", "cid", "dora", "nobody"];
const BURST = 6;
/** Of a body that comes in pieces: how long it takes as a whole, at most. */
const BODY_TAKES_MS = 800;
const BODY_PIECES = 8;
/** Between two questions or bursts of one client. */
const REST_MS = 10;
/** A large answer that nobody reads for a while. */
const LARGE = { lists: 400, k: 20, readAfterMs: 600 };

/** What the clients of one server know and found. */
export interface Scene {
  url: string;
  headers: Record<string, string>;
  random: Random;
  /** What a load balancer knows: whether requests should come, and when it asked the last time that it heard they should. */
  isReady: boolean;
  readyAt: number;
  /** So long the server says that it isn't ready before nobody listens. */
  drainMs: number;
  failures: string[];
  /** Ids of outcomes that the server said it has, and of those of which it said nothing. */
  taken: string[];
  untold: string[];
  /** Answers that were as they should be. */
  answered: number;
}

/** What is wrong when nobody listens now, as far as that can be told; timers may be a millisecond early. */
export function earlyEnd({ readyAt, drainMs }: Scene): string | undefined {
  const sinceMs = performance.now() - readyAt;
  return sinceMs < drainMs - 1
    ? `nobody listens ${sinceMs.toFixed(0)} ms after "ready" was asked`
    : undefined;
}

/** Goes by the load balancer: one question after the other on a kept connection, and none once the server isn't ready. */
export async function askInTurn(scene: Scene): Promise<void> {
  while (scene.isReady) {
    const conversation = await Conversation.open(scene.url);
    if (!conversation) {
      const fault = earlyEnd(scene);
      if (fault) scene.failures.push(fault);
      return;
    }
    while (scene.isReady) {
      // what it knows may be older than the server's pause, when the machine is busy: then nothing is promised any more
      const isPromised = performance.now() - scene.readyAt < scene.drainMs - 1;
      conversation.socket.write(listRequest(scene));
      const isHeard = await conversation.hear(conversation.answers.length + 1);
      const answer = conversation.answers.at(-1);
      if (!isHeard) {
        if (isPromised) scene.failures.push(`a kept connection: no answer (${conversation.brokenBy})`);
        return;
      }
      judge(scene, "a kept connection", answer, [200]);
      if (answer?.isLast) break;
      await pause(REST_MS);
    }
    conversation.close();
  }
}

/** Six questions at one go, every second one an outcome, until nobody listens any more. */
export async function askInBursts(scene: Scene): Promise<void> {
  for (;;) {
    const conversation = await Conversation.open(scene.url);
    if (!conversation) return;
    // long before it may end, so that it has time to take the connection, however busy the machine is
    const openedReady = performance.now() - scene.readyAt < scene.drainMs / 2;
    let heardAt = performance.now();
    for (let asked = BURST, isLast = false; !isLast; asked += BURST) {
      const burst = Array.from({ length: BURST }, (_, at) =>
        at % 2 === 0 ? undefined : `o${scene.random.next()}`,
      );
      const restedMs = performance.now() - heardAt;
      conversation.socket.write(
        burst.map((id) => (id === undefined ? listRequest(scene) : outcomeRequest(scene, id))).join(""),
      );
      await conversation.hear(asked);
      heardAt = performance.now();
      const answers = conversation.answers.slice(asked - BURST);
      for (const [at, answer] of answers.entries())
        judge(scene, "a burst", answer, [at % 2 === 0 ? 200 : 202]);
      for (const [at, id] of burst.entries())
        if (id !== undefined) (answers[at]?.status === 202 ? scene.taken : scene.untold).push(id);
      isLast = answers.at(-1)?.isLast ?? true;
      await pause(REST_MS);
      if (answers.length === BURST) continue;
      // Only what was said to be the last answer ends a connection. One that nobody took from the queue was not accepted.
      // After a rest as long as the server's pause it may be gone without a word, as any idle connection.
      const isIdle = asked === BURST ? !openedReady : restedMs > scene.drainMs / 2;
      const wasNeverTaken = answers.length === 0 && isIdle;
      if (!answers.at(-1)?.isLast && !wasNeverTaken)
        scene.failures.push(`a burst: ${answers.length} of ${BURST} answered (${conversation.brokenBy})`);
      isLast = true;
    }
    conversation.close();
  }
}

/**
 * An outcome whose body comes in pieces, within a second.
 * @returns once the server has taken it, its end
 */
export async function tellSlowly(scene: Scene): Promise<() => Promise<void>> {
  const id = `o${scene.random.next()}`;
  const { conversation, body } = await beginToAsk(scene, "a slow body", outcomeRequest(scene, id));
  return async () => {
    const step = Math.ceil(body.length / BODY_PIECES);
    for (let at = 0; at < body.length; at += step) {
      conversation.socket.write(body.slice(at, at + step));
      await pause((BODY_TAKES_MS * scene.random.next()) / BODY_PIECES);
    }
    await judgeOnly(scene, "a slow body", conversation, 202);
    (conversation.answers[0]?.status === 202 ? scene.taken : scene.untold).push(id);
  };
}

/** A large answer whose client reads nothing of it for a while. @returns once the server has taken it, its end */
export async function readLate(scene: Scene): Promise<() => Promise<void>> {
  const requests = Array.from({ length: LARGE.lists }, () => ({
    user: scene.random.pick(PEOPLE),
    k: LARGE.k,
  }));
  const text = requestText(
    "POST",
    "/v1/models/shop/recommendations",
    scene.headers,
    JSON.stringify({ requests, expose: false }),
  );
  const { conversation, body } = await beginToAsk(scene, "a late reader", text);
  conversation.socket.pause();
  conversation.socket.write(body);
  return async () => {
    await pause(LARGE.readAfterMs * scene.random.next());
    conversation.socket.resume();
    await judgeOnly(scene, "a late reader", conversation, 200);
  };
}

/** A question but for its body, which the server has taken. */
async function beginToAsk({ url }: Scene, who: string, text: string) {
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  const conversation = await Conversation.open(url);
  const head = text.slice(0, bodyAt).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
  conversation?.socket.write(head);
  if (!conversation || !(await conversation.isTaken())) throw new Error(`${who}: the server takes nothing`);
  return { conversation, body: text.slice(bodyAt) };
}

async function judgeOnly(scene: Scene, who: string, conversation: Conversation, good: number): Promise<void> {
  if (!(await conversation.hear(1))) scene.failures.push(`${who}: no answer (${conversation.brokenBy})`);
  judge(scene, who, conversation.answers[0], [good]);
  conversation.close();
}

/** A whole question, and behind it one that never arrives: that one is told so, after the answer. */
export async function neverArrive(scene: Scene): Promise<void> {
  const conversation = await Conversation.open(scene.url);
  conversation?.socket.write(`${listRequest(scene)}${outcomeRequest(scene, "never").slice(0, -5)}`);
  if (!(await conversation?.hear(2))) scene.failures.push("a body that never arrives: it is not told so");
  if (!conversation) return;
  judge(scene, "before a body that never arrives", conversation.answers[0], [200]);
  judge(scene, "a body that never arrives", conversation.answers[1], [408]);
  conversation.close();
}

function judge(
  scene: Scene,
  who: string,
  answer: Conversation["answers"][number] | undefined,
  good: number[],
) {
  if (!answer) return;
  if (!good.includes(answer.status))
    return void scene.failures.push(`${who}: ${answer.status} ${answer.body}`);
  try {
    JSON.parse(answer.body);
    scene.answered++;
  } catch {
    scene.failures.push(`${who}: its answer is cut off`);
  }
}

function listRequest({ headers, random }: Scene): string {
  return requestText("GET", `${LIST}${random.pick(PEOPLE)}`, headers);
}

function outcomeRequest({ headers }: Scene, id: string): string {
  const outcome = {
    kind: "click",
    id,
    recommendationId: "019ab0c4-7c00-7d3e-8f00-0123456789ab",
    itemId: "i07",
  };
  return requestText("POST", "/v1/outcomes", headers, JSON.stringify({ outcomes: [outcome] }));
}
