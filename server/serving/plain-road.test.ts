import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import type { TestServer } from "../../tests/support/server.ts";
import { openServerAt } from "../../tests/support/server-at.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";
import { until } from "../../tests/support/until.ts";
import { PlainRoad } from "./plain-road.ts";

const PATH = "/v1/models/shop/recommendations";
const ends: (() => Promise<void>)[] = [];
let server: TestServer;
let base: string;
let headers: { authorization: string };

beforeAll(async () => {
  const database = await createTestDatabase();
  ends.push(database.close);
  server = await openServerAt(database, (end) => void ends.push(end));
  const { version } = await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts) });
  await until("the version", async () => server.live.states()["shop"]?.version === version);
  await addHistories(database, { ann: ["i07", "i08"], bob: ["gone-1"] });
  await server.live.look();
  headers = await server.asProgram("service");
  base = await server.app.listen({ port: 0 });
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What a client hears, but for what is another one each time. */
function heard(status: number, all: Record<string, unknown>, body: string) {
  const { date, connection: _, "keep-alive": __, "x-holt-knowledge-age": age, ...others } = all;
  const told = body.startsWith("{") ? JSON.parse(body) : body;
  delete told.recommendationId;
  delete told.modelAgeSeconds;
  return { status, ...others, hasDate: date !== undefined, hasAge: age !== undefined, told };
}

async function overHttp(path: string, init: RequestInit) {
  const answer = await fetch(base + path, init);
  return heard(answer.status, Object.fromEntries(answer.headers), await answer.text());
}

async function byFastify(path: string, init: { method?: "GET" | "HEAD"; headers: Record<string, string> }) {
  const answer = await server.app.inject({ url: path, ...init });
  return heard(answer.statusCode, answer.headers, answer.body);
}

it("answers what is plain as Fastify's road does", async () => {
  await fetch(`${base}${PATH}?user=ann`, { headers }); // the token is known from here on
  const takes = vi.spyOn(PlainRoad.prototype, "takes");
  for (const query of [
    "user=ann",
    "user=ann&k=3",
    "user=bob&country=DE",
    "user=nobody",
    "user=ann&explain=1&expose=0",
  ]) {
    expect(await overHttp(`${PATH}?${query}`, { headers }), query).toEqual(
      await byFastify(`${PATH}?${query}`, { headers }),
    );
    expect(takes, query).toHaveLastReturnedWith(true);
  }
});

it("leaves what isn't plain, or goes wrong, to Fastify's road, and holds no place for it", async () => {
  const viewer = await server.asProgram("viewer");
  const stranger = { authorization: `Bearer holt_${"x".repeat(43)}` };
  for (const [path, init] of [
    [`${PATH}?user=ann&k=0`, { headers }],
    [`${PATH}?user=a%20b`, { headers }],
    [`${PATH}?user=ann&filter=genre:Drama`, { headers }], // the model has no filters
    [`${PATH}?user=ann`, { headers, method: "HEAD" }],
    [`${PATH}?user=ann`, { headers: stranger }],
    [`${PATH}?user=ann`, { headers: viewer }],
    [`${PATH}?user=ann`, { headers: {} }],
    ["/v1/models/nothing/recommendations?user=ann", { headers }],
    ["/v1/nothing", { headers }],
  ] as const)
    expect(await overHttp(path, init), path).toEqual(await byFastify(path, init));
  expect(server.admission.state().underWay).toBe(0);
});

it("records what it shows, unless nobody will see it", async () => {
  const append = vi.spyOn(server.spool.spool, "append");
  await fetch(`${base}${PATH}?user=ann&expose=0`, { headers });
  expect(append).not.toHaveBeenCalled();
  const shown = await (await fetch(`${base}${PATH}?user=ann`, { headers })).json();
  expect(shown).toMatchObject({ recorded: true });
  expect(append).toHaveBeenCalledOnce();
});

it("gives its place back once when the client goes away before the answer", async () => {
  let write = (_: boolean) => {};
  const writing = new Promise<boolean>((resolve) => {
    write = resolve;
  });
  vi.spyOn(server.spool.spool, "append").mockReturnValueOnce(writing);
  const aborting = new AbortController();
  const gone = fetch(`${base}${PATH}?user=ann`, { headers, signal: aborting.signal });
  await vi.waitUntil(() => server.admission.state().underWay === 1);
  aborting.abort();
  await expect(gone).rejects.toThrow();
  await vi.waitUntil(() => server.admission.state().underWay === 0);
  write(true);
  expect((await fetch(`${base}${PATH}?user=ann`, { headers })).status).toBe(200);
  expect(server.admission.state().underWay).toBe(0);
});
