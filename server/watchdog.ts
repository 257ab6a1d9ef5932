import { setTimeout } from "node:timers/promises";
import { InvalidInput } from "../core/errors.ts";
import { type NotifySettings, readNotifySettings } from "../notify/settings.ts";
import type { OperationsContext } from "../operations/context.ts";
import { sendDueAlerts } from "../operations/send-alerts.ts";
import { watchMonitors } from "../operations/watch-monitors.ts";

const EVERY_MS = 60_000;
/** What was down together comes back one after another, and a worker that has just started looks at once. */
const FIRST_AFTER_MS = 2 * 60_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;

export interface Watchdog {
  /** What keeps it from noticing or telling, or which monitors stand still; null when all is well. */
  problem(): string | null;
  /** Ends after the round under way. */
  close(): Promise<void>;
}

export interface WatchdogSettings {
  /** Where a heartbeat goes after each round that could do all it is for; none when undefined. */
  heartbeatUrl: string | undefined;
  /** With which alerts are sent; the environment's when left out. */
  notify?: NotifySettings;
  onProblem: (problem: string) => void;
  onOpened: (incident: number) => void;
  everyMs?: number;
  firstAfterMs?: number;
}

/**
 * Has each server look whether the monitors look, send the alerts that are due, and tell somebody outside that it did: when all of Holt is gone, it is the
 * silence that is noticed there (a dead man's switch).
 */
export function startWatchdog(context: OperationsContext, settings: WatchdogSettings): Watchdog {
  const { everyMs = EVERY_MS, firstAfterMs = FIRST_AFTER_MS } = settings;
  const stopped = new AbortController();
  let problem: string | null = null;
  const run = async () => {
    for (let pauseMs = firstAfterMs; ; pauseMs = everyMs) {
      await setTimeout(pauseMs, undefined, { signal: stopped.signal }).catch(() => {}); // closed meanwhile
      if (stopped.signal.aborted) return;
      const found = await oneRound(context, settings, stopped.signal);
      if (stopped.signal.aborted) return;
      if (found !== null && found !== problem) settings.onProblem(found);
      problem = found;
    }
  };
  const running = run();
  return {
    problem: () => problem,
    async close() {
      stopped.abort();
      await running;
    },
  };
}

async function oneRound(
  context: OperationsContext,
  { heartbeatUrl, notify = readNotifySettings(), onOpened, onProblem }: WatchdogSettings,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { late, opened } = await watchMonitors(context, { signal });
    for (const id of opened) onOpened(id);
    const { problems, unalerted } = await sendDueAlerts(context, { settings: notify, signal });
    for (const told of problems) onProblem(told);
    // Whoever may see /readyz needs not know where alerts go.
    if (unalerted.length > 0) return "an alert could not be delivered; the server's log says why";
    if (heartbeatUrl !== undefined) await beat(heartbeatUrl, signal);
    return late.length > 0 ? `the monitor stands still of ${late.join(", ")}; see "holt incidents"` : null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function beat(url: string, stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS)]);
  const answer = await fetch(url, { method: "POST", signal }).catch((error: Error) => {
    throw new Error(`HOLT_HEARTBEAT_URL: could not be reached (${whyOf(error)})`, { cause: error });
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`HOLT_HEARTBEAT_URL: answered ${answer.status}`);
}

/** What `fetch` hides behind "fetch failed". */
function whyOf({ message, cause }: Error): string {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? message;
}

/** @throws {InvalidInput} it is no web address */
export function readHeartbeatUrl(env: NodeJS.ProcessEnv): string | undefined {
  const written = env["HOLT_HEARTBEAT_URL"];
  if (!written) return undefined;
  if (URL.canParse(written) && /^https?:$/.test(new URL(written).protocol)) return written;
  throw new InvalidInput(
    `HOLT_HEARTBEAT_URL: "${written}" is not a web address; write one, as in "https://hc.example.org/ping/1234"`,
  );
}
