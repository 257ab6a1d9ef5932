import type { FaultRow } from "./row.ts";
import { SESSION_CASES, stageFor } from "./session-cases.ts";

const CASES = Object.entries(SESSION_CASES);
const SERVER_URLS = ["http://127.0.0.1:7400", "https://holt.example"];

/** Sessions of the pages, on a plain server on loopback and on one behind TLS. */
export const s05: FaultRow = {
  id: "S-05",
  title: "sessions",
  bound: "a session is one sign-in's, ends when it must, and its cookie is seen by nobody else",
  counts: { quick: CASES.length * SERVER_URLS.length, full: 10 * CASES.length * SERVER_URLS.length },
  async run(context) {
    const failures: string[] = [];
    let n = 0;
    for (const serverUrl of SERVER_URLS) {
      const database = await context.database();
      const server = await context.server(database, { serverUrl });
      const trials = Math.ceil(context.n / SERVER_URLS.length);
      for (let trial = 0; trial < trials; trial++, n++) {
        const [name, run] = CASES[trial % CASES.length] as (typeof CASES)[number];
        const failure = await run(await stageFor(database, server, serverUrl.startsWith("https:")));
        if (failure) failures.push(`${name} (${serverUrl}): ${failure}`);
      }
    }
    return { n, failures };
  },
};
