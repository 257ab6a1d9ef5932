import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { problemSchema } from "../../core/api.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";
import { priorityOf } from "./add-admission.ts";
import { Admission } from "./admission.ts";
import { readOverloadSettings } from "./settings.ts";

async function serverFor(atOnce: number) {
  const database = await testDatabase();
  const server = await testServer(database, {
    overload: { targetMs: 10_000, least: atOnce, most: atOnce },
  });
  await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts) });
  const headers = await server.asProgram("service");
  const port = Number(new URL(await server.app.listen({ port: 0 })).port);
  const ask = () => server.app.inject({ url: "/v1/models/shop/recommendations?user=ann", headers });
  await expect.poll(async () => (await ask()).statusCode).toBe(200);
  const admission = async () => (await server.app.inject({ url: "/readyz" })).json().admission;
  /** A request that the server has read, but for the end of its body. */
  const begin = async () => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.write(
      `POST /v1/outcomes HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nauthorization: ${headers.authorization}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{`,
    );
    await once(socket, "data");
    return socket;
  };
  return { server, headers, port, ask, begin, admission };
}

it("refuses what comes over the limit, says when to come again, and counts it; people's routes go on", async () => {
  const { server, headers, ask, admission } = await serverFor(1);
  expect((await ask()).statusCode).toBe(200);
  expect(server.admission.enter("online")).toBe(true);
  const refused = await ask();
  expect(refused.statusCode).toBe(503);
  expect(refused.headers).toMatchObject({
    "content-type": "application/problem+json",
    "retry-after": "1",
    "x-content-type-options": "nosniff",
  });
  expect(problemSchema.strict().parse(refused.json())).toMatchObject({ code: "overloaded", status: 503 });
  expect(await admission()).toEqual({ limit: 1, underWay: 1, refused: { online: 1, batch: 0 } });
  for (const url of ["/livez", "/readyz", "/api/session", "/"])
    expect((await server.app.inject({ url, headers })).statusCode, url).not.toBe(503);
  server.admission.leave();
  expect((await ask()).statusCode).toBe(200);
});

it("keeps no place for whom it doesn't know, for a body that has not come, or for an answer that nobody takes", async () => {
  const { server, headers, port, ask, begin, admission } = await serverFor(1);
  const socket = await begin();
  expect((await ask()).statusCode).toBe(200);
  expect(server.admission.enter("online")).toBe(true);
  socket.write("}");
  expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1.1 503 /);
  server.admission.leave();
  const reader = connect(port, "127.0.0.1").pause();
  onTestFinished(() => void reader.destroy());
  const request = `GET /v1/models/shop/recommendations?user=ann&k=100 HTTP/1.1\r\nhost: x\r\nauthorization: ${headers.authorization}\r\n\r\n`;
  reader.write(request.repeat(2_000));
  await expect.poll(async () => (await admission()).underWay).toBe(0);
  // one of the reader's own may be under way just then, and has an end
  await expect.poll(async () => (await ask()).statusCode).toBe(200);
  // whoever comes next is to find the place free
  reader.destroy();
  const connections = promisify(server.app.server.getConnections.bind(server.app.server));
  await expect.poll(() => connections()).toBe(1);
  const stranger = { authorization: `Bearer holt_${"x".repeat(43)}` };
  const lock = await server.operations.database.pool.connect();
  await lock.query("begin");
  await lock.query("lock table token in access exclusive mode");
  const asks = server.app.inject({ url: "/v1/models/shop/recommendations?user=ann", headers: stranger });
  // a place of the stranger's would stay
  await expect.poll(async () => (await admission()).underWay).toBe(0);
  await lock.query("rollback");
  lock.release();
  expect((await asks).statusCode).toBe(401);
});

it("lets batches in only while half of the limit is free", () => {
  const admission = new Admission({ targetMs: 20, least: 4, most: 4 });
  expect([1, 2, 3].map(() => admission.enter("batch"))).toEqual([true, true, false]);
  expect([1, 2, 3].map(() => admission.enter("online"))).toEqual([true, true, false]);
  admission.leave();
  admission.leave();
  admission.leave();
  expect(admission.enter("batch")).toBe(true);
  expect(admission.state()).toEqual({ limit: 4, underWay: 2, refused: { online: 1, batch: 1 } });
});

it("takes a product's route as online, any other as never to be refused, unless the route says", () => {
  expect(priorityOf({ ability: "recommend" })).toBe("online");
  expect(priorityOf({ ability: "report" })).toBe("online");
  expect(priorityOf({ ability: "recommend", priority: "batch" })).toBe("batch");
  expect(priorityOf({ ability: "public" })).toBe("always");
  expect(priorityOf({ ability: "rollback" })).toBe("always");
});

it("refuses settings that it cannot honour", () => {
  expect(readOverloadSettings({})).toEqual({ targetMs: 25, least: 8, most: 1_000 });
  expect(readOverloadSettings({ HOLT_OVERLOAD_LEAST: "2000" })).toMatchObject({ least: 2_000, most: 2_000 });
  expect(() => readOverloadSettings({ HOLT_OVERLOAD_TARGET_MS: "0" })).toThrow(
    'HOLT_OVERLOAD_TARGET_MS: "0" is not a whole number from 1 to 10000',
  );
  expect(() => readOverloadSettings({ HOLT_OVERLOAD_LEAST: "9", HOLT_OVERLOAD_MOST: "8" })).toThrow(
    "HOLT_OVERLOAD_LEAST: 9 is above HOLT_OVERLOAD_MOST (8)",
  );
});
