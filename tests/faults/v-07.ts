import { addPageData } from "../support/page-data.ts";
import { goodBodies } from "./good-bodies.ts";
import { oddBody } from "./odd-json.ts";
import type { FaultRow } from "./row.ts";
import { LEAKS } from "./sql-payloads.ts";

/** A stack, a path of the machine's, or a class of somebody else's. */
const INSIDES = /\n\s+at |node_modules|\.ts:\d|\/(home|tmp|usr|root|var)\/|ZodError|FST_ERR/;
const QUERIES = ["user", "k", "expose", "explain", "country", "item", "model", "state", "limit", "x"];
const WORDS = ["", "x", "ü\u0000", "-1", "1e999", "%", "'", "\u202e", "[]"];
const ADDRESSES = 200;
const QUERY_EVERY = 5;
/** These judge what is in the body. */
const PUBLIC_DOORS = /^POST \/api\/(session|slack)/;
/** A test's token ends after a minute. */
const REQUESTS_A_TOKEN = 1_000;

/** Bodies and queries that nearly are what a route takes, at every route that takes one. */
export const v07: FaultRow = {
  id: "V-07",
  title: "Odd bodies and queries at every route",
  bound: "no 5xx, no crash, no stack, statement or path in an answer",
  counts: { quick: 500, full: 100_000 },
  async run({ n, random, ...context }) {
    const database = await context.database();
    const server = await context.server(database);
    const { runs } = await addPageData(server.operations, server.artifacts);
    await server.live.look();
    let headers = await server.asProgram("admin");
    const bodies = goodBodies(runs);
    const takers = server.app.declaredRoutes.filter(({ method }) =>
      ["POST", "PUT", "PATCH"].includes(method),
    );
    const methodOf = (route: string) => takers.find(({ url }) => url === route)?.method as "POST" | "PUT";
    const failures = takers
      .filter(({ url }) => !bodies[url])
      .map(({ method, url }) => `${method} ${url}: takes a body, and good-bodies.ts has none`);
    const reads = server.app.declaredRoutes.filter(({ method, url }) => method === "GET" && url !== "/*");
    const seen = new Map<string, number>();
    for (let at = 0; at < n; at++) {
      if (at % REQUESTS_A_TOKEN === REQUESTS_A_TOKEN - 1) headers = await server.asProgram("admin");
      const [route, [url, body]] = random.pick(Object.entries(bodies));
      const isQuery = at % QUERY_EVERY === 0;
      const payload = oddBody(random, body);
      const asked = isQuery
        ? { url: oddAddress(random.pick(reads).url) }
        : { method: methodOf(route), url, payload };
      const answer = await server.app.inject({
        ...asked,
        headers: {
          ...headers,
          ...(isQuery ? {} : { "content-type": random.below(50) === 0 ? "text/plain" : "application/json" }),
        },
        remoteAddress: `10.7.0.${at % ADDRESSES}`,
      });
      const { statusCode } = answer;
      const kind = `${Math.floor(statusCode / 100)}xx`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const where = `${isQuery ? "GET" : methodOf(route)} ${asked.url} ${isQuery ? "" : payload.slice(0, 200)}`;
      if (statusCode >= 500) failures.push(`${where}: ${statusCode} ${answer.body.slice(0, 300)}`);
      else if (statusCode === 401 && !PUBLIC_DOORS.test(where))
        failures.push(`${where}: is not signed in, so it was not tried`);
      else if (statusCode >= 400 && (LEAKS.test(answer.body) || INSIDES.test(answer.body)))
        failures.push(`${where}: says too much: ${answer.body.slice(0, 300)}`);
    }
    for (const kind of ["2xx", "4xx"])
      if (!seen.get(kind)) failures.push(`no answer is ${kind}, so the bodies reach too little`);
    const { statusCode } = await server.app.inject({
      url: "/v1/models/movies/recommendations?user=anna",
      headers,
    });
    if (statusCode !== 200) failures.push(`afterwards a person gets ${statusCode}`);
    failures.push(...server.problems.map(({ message }) => `the server logged: ${message}`));
    return { n, failures };

    function oddAddress(url: string): string {
      const word = () =>
        encodeURIComponent(
          (random.pick(["movies", "1", runs.review, random.pick(WORDS)]) as string).toWellFormed(),
        );
      const path = url.replace(/:[a-zA-Z]+/g, word);
      const query = Array.from({ length: random.below(4) }, () => `${random.pick(QUERIES)}=${word()}`);
      return `${path}?${query.join("&")}`;
    }
  },
};
