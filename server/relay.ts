import { setTimeout } from "node:timers/promises";
import type { OperationsContext } from "../operations/context.ts";
import { reviveExperiments } from "../operations/lost-experiments.ts";
import { endLostRuns } from "../operations/lost-runs.ts";
import { checkTemporal } from "../operations/temporal.ts";
import { deliverWakeUps } from "../operations/wake-ups.ts";
import { within } from "./within.ts";

const EVERY_MS = 1_000;
/** With Temporal down each round waits for its deadline anyway; more often tells nobody anything. */
const LONGEST_PAUSE_MS = 15_000;

/** How often it asks Temporal about every open run. */
const LOOK_EVERY_MS = 60_000;
/**
 * A question to a PostgreSQL that has fallen silent is answered by nobody, for as long as the connection seems to be there.
 * What has been begun goes on; sent twice, a wake-up only wakes.
 */
const LONGEST_ROUND_MS = 20_000;

export interface Relay {
  /** Why the last round could not send what waits; null when it could. */
  problem(): string | null;
  /** Ends after the round under way. */
  close(): Promise<void>;
}

/**
 * Sends wake-ups that could not be sent at once, round after round, until it is closed; and each `lookEveryMs`, not at
 * once, ends the runs that Temporal carries no more, and has the experiments looked at again that it lost.
 */
export function startRelay(
  context: OperationsContext,
  onProblem: (error: Error) => void,
  { lookEveryMs = LOOK_EVERY_MS, longestRoundMs = LONGEST_ROUND_MS } = {},
): Relay {
  const stopped = new AbortController();
  let problem: string | null = null;
  const run = async () => {
    let nextLook = Date.now() + lookEveryMs;
    for (let failures = 0; !stopped.signal.aborted; ) {
      const isTimeToLook = Date.now() >= nextLook;
      const round = oneRound(context, isTimeToLook);
      const error = await within(longestRoundMs, "PostgreSQL", round).catch((late: Error) => late);
      if (isTimeToLook) nextLook = Date.now() + lookEveryMs;
      failures = error ? failures + 1 : 0;
      if (error && problem === null) onProblem(error);
      problem = error?.message ?? null;
      const pauseMs = Math.min(EVERY_MS * 2 ** failures, LONGEST_PAUSE_MS);
      await setTimeout(pauseMs, undefined, { signal: stopped.signal }).catch(() => {}); // closed meanwhile
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

async function oneRound(context: OperationsContext, looksForLost: boolean): Promise<Error | undefined> {
  try {
    const { errors } = await deliverWakeUps(context);
    // With nothing to send, nobody else would notice that Temporal is away.
    if (errors.length === 0 && context.temporal) await checkTemporal(context.temporal);
    if (errors.length === 0 && looksForLost)
      errors.push(...(await endLostRuns(context)).errors, ...(await reviveExperiments(context)).errors);
    return errors[0];
  } catch (error) {
    return error as Error;
  }
}
