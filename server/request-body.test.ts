import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { testServer } from "../tests/support/server.ts";

const URL_ = "/v1/models/shop/recommendations";
const KB = 1024;

async function serve() {
  const server = await testServer(await testDatabase());
  const headers = { ...(await server.asProgram("service")), "content-type": "application/json" };
  const tell = async (payload: string | Buffer, more: Record<string, string> = {}) => {
    const answer = await server.app.inject({
      method: "POST",
      url: URL_,
      headers: { ...headers, ...more },
      payload,
    });
    return [answer.statusCode, answer.json().detail];
  };
  return { server, headers, tell };
}

it("refuses a body that is compressed, too large or nested for nesting's sake, with what to do instead", async () => {
  const { tell } = await serve();
  expect(await tell(gzipSync("{}"), { "content-encoding": "gzip" })).toEqual([
    415,
    'header "content-encoding": "gzip" is not taken; send the body as it is',
  ]);
  expect(await tell("x".repeat(KB * KB + 1))).toEqual([
    413,
    "body: is larger than 1048576 bytes; send less at once",
  ]);
  const deep = (depth: number) => `{"a": "[[{\\"", "requests": ${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(await tell(deep(64))).toEqual([400, "body: is nested more than 64 deep; send it flat"]);
  expect((await tell(deep(63)))[1]).not.toMatch(/nested/);
  expect(await tell("{", { "content-encoding": "identity" })).toEqual([400, expect.stringMatching(/JSON/)]);
});

it("takes a body in chunks of single bytes as it is, and ends one that goes on beyond the limit", async () => {
  const { server, headers } = await serve();
  const port = Number(new URL(await server.app.listen({ port: 0 })).port);
  const ask = async (body: string) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `POST ${URL_} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines.join("")}transfer-encoding: chunked\r\n\r\n`,
    );
    socket.write(body);
    return text(socket);
  };
  const json = `{"requests": [{"user": "${"ü".repeat(3_000)}"}]}`;
  const single = [...Buffer.from(json)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join("");
  expect(await ask(Buffer.from(`${single}0\r\n\r\n`, "latin1").toString("latin1"))).toMatch(/^HTTP\/1.1 4/);
  const endless = `10000\r\n${"x".repeat(64 * KB)}\r\n`.repeat(20);
  expect(await ask(endless)).toMatch(/^HTTP\/1.1 413 /);
});
