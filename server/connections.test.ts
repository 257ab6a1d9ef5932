/** The ends of connections, on a server of Node's alone. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { Connections } from "./connections.ts";

const QUESTION = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/** A server whose answers the test gives. */
async function serve() {
  /** The server's ends, in the order in which clients came. */
  const ends: Socket[] = [];
  const asked: { request: IncomingMessage; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    if (!connections.isLast(request.socket)) asked.push({ request, response });
  });
  const connections = new Connections(server);
  server.on("connection", (socket) => ends.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const answer = (at: number, body = String(at)) => {
    const { response } = asked[at] as (typeof asked)[number];
    const connection = connections.endAfter(response) ? "close" : "keep-alive";
    response.writeHead(200, { connection, "content-length": body.length }).end(body);
  };
  const open = async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("latin1");
    await once(socket, "connect");
    const heard = { text: "", isOver: false };
    socket.on("data", (chunk) => {
      heard.text += chunk;
    });
    socket.on("end", () => {
      heard.isOver = true;
    });
    onTestFinished(() => void socket.destroy());
    return { socket, heard };
  };
  return { server, connections, asked, answer, open, ends };
}

async function ask(socket: Socket, asked: readonly unknown[], count: number): Promise<void> {
  const before = asked.length;
  socket.write(QUESTION.repeat(count));
  await expect.poll(() => asked.length).toBe(before + count);
}

it("says close with the last of the answers that were asked for at one go, whichever is ready first", async () => {
  const { server, asked, answer, open } = await serve();
  const { socket, heard } = await open();
  await ask(socket, asked, 3);
  server.close();
  for (const at of [2, 0, 1]) answer(at);
  await expect.poll(() => heard.isOver).toBe(true);
  expect(heard.text.match(/connection: [a-z-]+/gi)).toEqual([
    "connection: keep-alive",
    "connection: keep-alive",
    "connection: close",
  ]);
});

it("leaves undone what comes after the answer that was said to be the last", async () => {
  const { asked, answer, open, ends } = await serve();
  const { socket, heard } = await open();
  await ask(socket, asked, 2);
  answer(1);
  socket.write(QUESTION);
  await expect.poll(() => ends[0]?.bytesRead).toBe(3 * QUESTION.length);
  answer(0);
  await expect.poll(() => heard.isOver).toBe(true);
  expect([asked.length, heard.text.match(/HTTP\/1.1 200/g)?.length]).toEqual([2, 2]);
});

it("ends what is idle at once, and sends a large answer whole before it ends its connection", async () => {
  const { server, asked, answer, open } = await serve();
  const [idle, late] = [await open(), await open()];
  await ask(late.socket, asked, 1);
  late.socket.pause();
  const body = "x".repeat(8_000_000);
  answer(0, body);
  const closed = once(server, "close");
  server.close();
  await expect.poll(() => idle.heard.isOver).toBe(true);
  late.socket.resume();
  await expect.poll(() => late.heard.isOver, { timeout: 5_000 }).toBe(true);
  expect(late.heard.text.length).toBeGreaterThan(body.length);
  await closed;
});

it("answers an idle connection's question that has begun to arrive when the server ends", async () => {
  const { server, asked, answer, open, ends } = await serve();
  const { socket, heard } = await open();
  socket.write(QUESTION.slice(0, 10));
  await expect.poll(() => ends[0]?.bytesRead).toBe(10);
  server.close();
  socket.write(QUESTION.slice(10));
  await expect.poll(() => asked.length).toBe(1);
  answer(0);
  await expect.poll(() => heard.isOver).toBe(true);
  expect(heard.text).toMatch(/^HTTP\/1.1 200 /);
});

it("gives up, when it must, what has not arrived: 408", async () => {
  const { server, connections, open, ends } = await serve();
  const { socket, heard } = await open();
  socket.write(QUESTION.slice(0, 10));
  await expect.poll(() => ends[0]?.bytesRead).toBe(10);
  server.close();
  connections.endLate();
  await expect.poll(() => heard.isOver).toBe(true);
  expect(heard.text).toMatch(/^HTTP\/1.1 408 /);
});
