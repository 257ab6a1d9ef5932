import { setTimeout } from "node:timers/promises";
import type { ActivityContext } from "../activities/context.ts";
import { type StaticFileState, StaticFiles } from "../activities/static-files.ts";
import { listenForFlips } from "../db/views/live.ts";
import type { Logger } from "./log.ts";

/** Flips, rules and safeguards are heard at once; looking each second bounds what a lost connection can cost. */
const LOOK_EVERY_MS = 1_000;
/** PostgreSQL that takes longer counts as away; a large file takes seconds to write. */
const LOOK_WITHIN_MS = 15_000;

/**
 * Keeps the files of static models right until `signal`: after each flip, rollback, ban and `baseline-now`, and when a rule
 * begins or ends; many workers may do so. What it meets is logged once and noted with the file.
 */
export async function publishStaticFiles(
  context: Pick<ActivityContext, "database" | "artifacts" | "staticRoot">,
  { log, signal, everyMs = LOOK_EVERY_MS }: { log: Logger; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const files = new StaticFiles(context);
  const problems = new Map<string, string>();
  let wake: () => void = () => {};
  let isWoken = false;
  const listening = listenForFlips(context.database, () => {
    isWoken = true;
    wake();
  });
  let looking: Promise<StaticFileState[]> | undefined;
  /** A look that hangs is not begun again meanwhile: it would hold one more connection each time. */
  const look = async () => {
    looking ??= files.look(signal).finally(() => {
      looking = undefined;
    });
    const late = new AbortController();
    try {
      return await Promise.race([
        looking,
        setTimeout(LOOK_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
          throw new Error("PostgreSQL, or the disk, does not answer");
        }),
      ]);
    } finally {
      late.abort();
    }
  };
  const say = (key: string, problem: string | null) => {
    if (problem === null) problems.delete(key);
    else if (problems.get(key) !== problem)
      log.error({ problem }, "a static file could not be kept up to date");
    if (problem !== null) problems.set(key, problem);
  };
  while (!signal.aborted) {
    isWoken = false;
    try {
      for (const { path, isWritten, problem } of await look()) {
        say(path, problem);
        if (isWritten) log.info({ path }, "a static file was written");
      }
      say("", null);
    } catch (error) {
      say("", (error as Error).message);
      for (const { path, problem } of await files.lookAlone(signal)) say(path, problem);
    }
    if (isWoken || signal.aborted) continue;
    const pause = new AbortController();
    wake = () => pause.abort();
    const ends = AbortSignal.any([pause.signal, signal]);
    await setTimeout(everyMs, undefined, { signal: ends }).catch(() => {}); // woken
  }
  await listening.close();
}
