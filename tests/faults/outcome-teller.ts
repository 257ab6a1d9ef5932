import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 100;
/** A click is told of each so many recommendations. */
const EACH = 25;

export interface OutcomeTeller {
  /** Ends it when all that it had to tell was taken; the ids of what was. */
  stop(): Promise<string[]>;
  /** What was answered by anything else than 202. */
  failures: string[];
}

/** Tells what came of these recommendations as a back end does: in batches, and again until it is taken, twice if need be. */
export function startTeller(
  url: string,
  headers: Record<string, string>,
  recommendations: readonly string[],
): OutcomeTeller {
  const taken: string[] = [];
  const failures: string[] = [];
  let isOver = false;
  const run = async () => {
    for (let at = 0; !isOver || at < recommendations.length; await sleep(EVERY_MS)) {
      const some = recommendations
        .slice(at, at + EACH * 1_000)
        .filter((_, place) => (at + place) % EACH === 0);
      at = Math.min(at + EACH * 1_000, recommendations.length);
      const outcomes = some.map((recommendationId) => ({
        ...{ kind: "click", id: `click of ${recommendationId}`, recommendationId, itemId: "i07" },
      }));
      if (outcomes.length === 0) continue;
      while (!(await tell(url, headers, outcomes, failures))) await sleep(EVERY_MS);
      taken.push(...outcomes.map(({ id }) => id));
    }
  };
  const running = run();
  return {
    failures,
    async stop() {
      isOver = true;
      await running;
      return taken;
    },
  };
}

/** Whether they are taken; false when the server went away meanwhile. */
async function tell(
  url: string,
  headers: Record<string, string>,
  outcomes: readonly object[],
  failures: string[],
): Promise<boolean> {
  const request = {
    ...{ method: "POST", body: JSON.stringify({ outcomes }) },
    headers: { ...headers, "content-type": "application/json" },
  };
  const response = await fetch(`${url}/v1/outcomes`, request).catch(() => undefined);
  if (!response) return false;
  const said = await response.text().catch(() => undefined);
  if (said === undefined) return false;
  if (response.status !== 202) failures.push(`outcomes: ${response.status} ${said}`);
  return true;
}
