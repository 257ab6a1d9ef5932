/** The scorer's process: runs models that its parent sends, so that what kills it kills nothing else. */
import { writeFileSync } from "node:fs";
import { BrokenPromise } from "../../../core/errors.ts";
import { loadRecommender, type Recommender } from "../../../scoring/recommender.ts";
import { sha256 } from "../../../store/digest.ts";
import type { Ask, FromScorer, Told, ToScorer } from "./messages.ts";

/** So many answers wait at most to go in one message. */
const MOST_TOGETHER = 16;

const models = new Map<string, Recommender>();
const waiting: Ask[] = [];
let told: Told[] = [];
let isScoring = false;

giveUpFirst();
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToScorer) => {
  if ("asks" in message) {
    waiting.push(...message.asks);
    if (!isScoring) void score();
  } else if ("load" in message) void load(message.load, message.bytes);
  else if ("unload" in message) {
    void models.get(message.unload)?.close();
    models.delete(message.unload);
  } else say({ rssBytes: process.memoryUsage.rss() });
});

async function load(digest: string, bytes: Uint8Array): Promise<void> {
  try {
    if (sha256(bytes) !== digest)
      throw new BrokenPromise(`artifact ${digest}: changed on its way to the scorer; it is loaded again`);
    const model = await loadRecommender(bytes);
    await model.recommend([], 1);
    models.set(digest, model);
    say({ loaded: digest });
  } catch (error) {
    const { name, message } = error as Error;
    say({ refused: digest, name, message });
  }
}

/** One after the other: a run keeps the processor anyway, and what came too late is seen before it costs anything. */
async function score(): Promise<void> {
  isScoring = true;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [id, digest, k, until, history] = next;
    if (Date.now() < until) told.push(await answer(id, digest, k, history));
    if (told.length >= MOST_TOGETHER || waiting.length === 0) flush();
  }
  isScoring = false;
}

async function answer(id: number, digest: string, k: number, history: readonly string[]): Promise<Told> {
  try {
    const model = models.get(digest);
    if (!model) throw new BrokenPromise(`artifact ${digest}: is not loaded in the scorer`);
    const items = await model.recommend(history, k);
    return [id, items.map(({ itemId }) => itemId), items.map(({ score }) => score)];
  } catch (error) {
    const { name, message } = error as Error;
    return [id, { name, message }];
  }
}

function flush(): void {
  if (told.length > 0) say({ told });
  told = [];
}

function say(message: FromScorer): void {
  process.send?.(message, undefined, undefined, () => {}); // a parent that is gone ends this process by itself
}

/** On a machine without memory, Linux ends this process before the server. */
function giveUpFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // another system
  }
}
