import type { InjectOptions } from "fastify";
import { definitionSchema } from "../../core/definition.ts";
import { openDataRoadAt } from "../support/data-road-at.ts";
import { smallDefinition } from "../support/definitions.ts";
import { addOpenReview } from "../support/shop.ts";
import type { FaultRow } from "./row.ts";

/** Far above what any check of a text of 60 kB takes, and far below a pattern that runs wild. */
const LONGEST_MS = 250;
const KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "__defineGetter__",
  "valueOf",
  "then",
];
const NUMBERS = [
  "1e999",
  "-1e999",
  "NaN",
  "Infinity",
  "-0",
  "9007199254740993",
  "9".repeat(400),
  "0x10",
  "1e-999",
  "2147483648",
  "-9223372036854775809",
  "1_000",
  "١٢",
  "1.0000000000000001",
];
/** What makes patterns with nested or neighbouring repetitions go through all ways to divide a text. */
const SLOW = [
  "a".repeat(50_000),
  `${"a".repeat(50_000)}!`,
  " ".repeat(50_000),
  `${"0".repeat(30_000)}x`,
  "@".repeat(30_000),
  "a@".repeat(20_000),
  "-".repeat(50_000),
  "{{ ".repeat(15_000),
  "/*".repeat(20_000),
  '"'.repeat(50_000),
  "'".repeat(50_000),
  "1 ".repeat(25_000),
  "\\".repeat(50_000),
  "http://".repeat(7_000),
  "Bearer ".repeat(7_000),
];

/** Bodies, queries, headers, rows and definitions that reach for prototypes, run patterns wild, or hold huge numbers. */
export const s27: FaultRow = {
  id: "S-27",
  title: "Prototypes, slow patterns and huge numbers",
  bound: `no prototype changes, no answer takes ${LONGEST_MS} ms, no 5xx`,
  counts: { quick: 300, full: 1_500 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    const headers = await server.asProgram("admin");
    const { runId, releaseDigest, reportDigest } = await addOpenReview(database.db);
    const before = shapeOfPrototypes();
    const failures: string[] = [];
    let n = 0;
    const look = async (request: InjectOptions) => {
      n += 1;
      const asked = {
        headers: {
          ...headers,
          ...(request.payload === undefined ? {} : { "content-type": "application/json" }),
          ...request.headers,
        },
      };
      const first = await timed(() => server.app.inject({ ...request, ...asked }));
      // A machine that does other things too may stop for a moment; a pattern is slow each time.
      const ms =
        first.ms < LONGEST_MS
          ? first.ms
          : Math.min(first.ms, (await timed(() => server.app.inject({ ...request, ...asked }))).ms);
      if (ms >= LONGEST_MS) failures.push(`${named(request)}: ${Math.round(ms)} ms`);
      if (first.answer.statusCode >= 500) failures.push(`${named(request)}: ${first.answer.statusCode}`);
    };
    const body = {
      model: "shop",
      verdict: "reject",
      releaseDigest,
      reportDigest,
      reason: "x",
      answer: "retry",
      round: 1,
      expectedVersion: 1,
    };
    const posts = [
      "/api/runs",
      `/api/runs/${runId}/decisions`,
      `/api/runs/${runId}/comments`,
      "/api/delegations",
      "/api/safeguards",
      "/api/models/shop/rules",
      `/api/runs/${runId}/steps/review/answers`,
      "/api/models/shop/rollbacks",
      "/api/session",
    ];
    const texts = [
      ...KEYS.flatMap((key) => [
        `{"${key}":{"polluted":true}}`,
        `{"model":{"${key}":{"polluted":true}}}`,
        JSON.stringify(body).replace(/}$/, `,"${key}":{"polluted":true}}`),
        `{"model":"${key}"}`,
      ]),
      ...NUMBERS.flatMap((number) => [
        `{"round":${number},"answer":"retry"}`,
        `{"expectedVersion":${number},"reason":"x"}`,
        `{"model":"shop","runKey":"${number}"}`,
      ]),
      ...SLOW.flatMap((slow) => [
        JSON.stringify({ model: slow }),
        JSON.stringify({ text: slow, reason: slow, token: slow }),
      ]),
      `${"[".repeat(30_000)}`,
      `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
    ];
    for (;;) {
      for (const payload of texts) await look({ method: "POST", url: context.random.pick(posts), payload });
      for (const word of [...KEYS, ...NUMBERS, ...SLOW.map((slow) => slow.slice(0, 7_000))]) {
        const text = encodeURIComponent(word);
        await look({
          url: context.random.pick([
            `/api/runs?model=${text}`,
            `/api/runs?${text}[polluted]=1`,
            `/api/incidents/${text}`,
            `/api/models/${text}/history`,
            `/v1/models/${text}/recommendations?user=${text}`,
            `/v1/models/shop/recommendations?user=u&k=${text}`,
            `/api/runs/${runId}/set-aside?limit=${text}`,
          ]),
        });
        await look({
          url: "/api/me",
          headers: context.random.pick([
            { authorization: `Bearer ${word.replace(/[^ -~]/g, "")}` },
            { cookie: `${word.replace(/[^!-~]/g, "")}=x` },
          ]),
        });
      }
      if (n >= context.n) break;
    }
    failures.push(...definitions());
    const road = await openDataRoadAt(await context.database(), await context.folder());
    await road.write(
      "sales.csv",
      `user_id,item_id,sold_at\n${[...KEYS, ...NUMBERS, ...SLOW].map((word) => `"${word.replaceAll('"', '""')}",__proto__,2026-01-01T00:00:00Z\n`).join("")}`,
    );
    const { sales } = smallDefinition().sources;
    // Those that are too long for a key are set aside.
    const sources = { sales: { ...(sales as NonNullable<typeof sales>), maxBadRowShare: 1 } };
    await (await road.open(smallDefinition({ sources }))).step("ingest:sales");
    if (shapeOfPrototypes() !== before) failures.push("a prototype has changed");
    if (pollutedByMerge() === before)
      failures.push("a careless merge changes no prototype, so the row sees nothing");
    return { n, failures };
  },
};

function named({ method = "GET", url, payload }: InjectOptions): string {
  return `${method} ${String(url).slice(0, 100)} ${String(payload ?? "").slice(0, 100)}`;
}

async function timed<T>(call: () => Promise<T>): Promise<{ ms: number; answer: T }> {
  const startedAt = performance.now();
  const answer = await call();
  return { ms: performance.now() - startedAt, answer };
}

function shapeOfPrototypes(): string {
  return [Object, Array, Function, String, Number]
    .map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join())
    .join(";");
}

/** Definitions come from a person's file; their keys are looked up by name in several places. */
function definitions(): string[] {
  return KEYS.flatMap((key) => {
    const input = JSON.parse(
      JSON.stringify({ ...smallDefinition(), candidates: {} }).replace(
        '"candidates":{}',
        `"candidates":{"${key}":{"trainer":"als"}}`,
      ),
    );
    const parsed = definitionSchema.safeParse(input);
    return parsed.success && Object.getPrototypeOf(parsed.data.candidates) !== Object.prototype
      ? [`a candidate "${key}" changes its list's prototype`]
      : [];
  });
}

function pollutedByMerge(): string {
  const target: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(
    JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, Record<string, unknown>>,
  ))
    for (const [name, inner] of Object.entries(value)) (target[key] as Record<string, unknown>)[name] = inner;
  const shape = shapeOfPrototypes();
  delete (Object.prototype as unknown as Record<string, unknown>)["polluted"];
  return shape;
}
