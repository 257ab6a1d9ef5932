import { setTimeout as pause } from "node:timers/promises";
import { askShop, type Heard } from "./served-shop.ts";

const CLIENTS = 8;

export interface Load {
  /** Answers so far. */
  answers: number;
  /** How many of them the popularity list gave. */
  fallbacks: number;
  /** What each client that stopped saw; a good load has none. */
  failures: string[];
  /** Ends it when all that is under way is answered. */
  stop(): Promise<void>;
}

/** Of a client, in a test beside others, which would wait for the processor; some 70 questions a second are left. */
export const TEST_PAUSE_MS = 100;

/**
 * Eight clients that ask for these people; each answer must be a whole one of this version.
 * @param pauseMs of each client after an answer
 */
export function startLoad(
  url: string,
  headers: Record<string, string>,
  people: readonly string[],
  { version, pauseMs }: { version: string; pauseMs: number },
): Load {
  let isOver = false;
  const load: Load = { answers: 0, fallbacks: 0, failures: [], stop: async () => undefined };
  const client = async (first: number) => {
    for (let at = first; !isOver; at++) {
      const user = people[at % people.length] as string;
      const heard = await askShop(url, user, headers).catch((error: Error) => error);
      const fault = faultOf(heard, version);
      if (fault) load.failures.push(`${user}: ${fault}`);
      else if ((heard as Heard).fallback) load.fallbacks++;
      load.answers++;
      if (pauseMs > 0) await pause(pauseMs);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, at) => client(at));
  load.stop = async () => {
    isOver = true;
    await Promise.all(clients);
  };
  return load;
}

function faultOf(heard: Heard | Error, version: string): string | undefined {
  if (heard instanceof Error) return `no answer (${(heard.cause as Error)?.message ?? heard.message})`;
  if (heard.status !== 200) return `status ${heard.status}`;
  if (heard.version !== version) return `version ${heard.version}`;
  if (!/^\d+$/.test(heard.age ?? "")) return `the age of its knowledge is ${heard.age}`;
  return heard.items.length > 0 ? undefined : "an empty list";
}
