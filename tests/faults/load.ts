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

/** Eight clients that ask for these people without a pause; each answer must be a whole one of this version. */
export function startLoad(
  url: string,
  headers: Record<string, string>,
  people: readonly string[],
  version: string,
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
