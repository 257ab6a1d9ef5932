import { setTimeout } from "node:timers/promises";
import type { ActivityContext } from "../activities/context.ts";
import { sendNotices } from "../activities/send-notices.ts";
import { type NotifySettings, readNotifySettings } from "../notify/settings.ts";
import type { Logger } from "./log.ts";

const EVERY_MS = 30_000;

/**
 * Sends notices that could not be sent at once, and those whose run has ended meanwhile, round after round, until `signal`; many workers
 * may do so. What it meets is only logged: the runs go on without.
 */
export async function relayNotices(
  { database }: Pick<ActivityContext, "database">,
  {
    log,
    signal,
    settings = readNotifySettings(),
    everyMs = EVERY_MS,
  }: { log: Logger; signal: AbortSignal; settings?: NotifySettings; everyMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(everyMs, undefined, { signal }).catch(() => {}); // ends meanwhile
    if (signal.aborted) return;
    try {
      const { sent, problems } = await sendNotices(database.db, settings, { signal });
      if (sent > 0) log.info({ sent }, "notices that waited were sent");
      for (const problem of problems) log.warn({ problem }, "a notice could not be sent, and comes again");
    } catch (err) {
      log.warn({ err }, "notices could not be looked for; trying again");
    }
  }
}
