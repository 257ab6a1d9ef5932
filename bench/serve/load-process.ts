/**
 * Asks an HTTP/1.1 server on this machine as fast as it answers, or so many times a second, over kept-alive connections; one
 * request at a time on each. A process of its own: what it costs is nobody else's. Reads `Load` as JSON from stdin, writes
 * `Heard` to stdout. Leaner than autocannon (a request costs it some 10 µs), so that it leaves two cores to what it measures;
 * takes answers with a content-length alone.
 */
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Load {
  port: number;
  headers: Readonly<Record<string, string>>;
  /** An answer with this in its body is a failure. */
  wrong?: string | undefined;
  /** Asked one after another, from the start again when all were. */
  requests: readonly { path: string; body?: string }[];
  connections: number;
  seconds: number;
  /** Without it, each answer is followed by the next request. */
  perSecond?: number;
}

export interface Heard {
  /** Answered with 200. */
  answers: number;
  /** Answered otherwise or wrongly, and broken connections. */
  failures: number;
  seconds: number;
  /** Of answers with 200, in microseconds, from when it was to be asked. */
  p50Us: number;
  p99Us: number;
}

/** Between looks at what is due; what is due then is asked at one go. */
const TICK_MS = 1;
const HEAD_END = Buffer.from("\r\n\r\n");
const HEAD_OF_OK = "http/1.1 200 ";

const load = JSON.parse(await text(process.stdin)) as Load;
const requests = load.requests.map(({ path, body }) =>
  Buffer.from(
    [
      `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
      `host: 127.0.0.1:${load.port}`,
      ...Object.entries(load.headers).map(([name, value]) => `${name}: ${value}`),
      ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
      `\r\n${body ?? ""}`,
    ].join("\r\n"),
  ),
);
const tookUs: number[] = [];
const free: Connection[] = [];
/** When those were to be asked for whom no connection was free. */
const late: number[] = [];
let [asked, failures, underWay, isEnding] = [0, 0, 0, false];

interface Connection {
  socket: Socket;
  since: number;
  rest: Buffer | undefined;
}

const connections = await Promise.all(Array.from({ length: load.connections }, open));
const startedAt = performance.now();
const endsAt = startedAt + load.seconds * 1_000;
if (load.perSecond === undefined) for (const one of connections) ask(one, performance.now());
else {
  free.push(...connections);
  setInterval(askDue, TICK_MS, load.perSecond / 1_000);
}
setTimeout(() => {
  isEnding = true;
}, load.seconds * 1_000);
setInterval(() => {
  if (isEnding && (underWay === 0 || performance.now() > endsAt + 2_000)) tell();
}, 10);

function open(): Promise<Connection> {
  const socket = connect(load.port, "127.0.0.1").setNoDelay();
  const connection: Connection = { socket, since: 0, rest: undefined };
  socket.on("data", (bytes) => hear(connection, bytes as Buffer));
  socket.on("close", () => {
    if (!isEnding) failures += 1;
  });
  socket.on("error", () => {}); // followed by the close
  return new Promise((resolve) => socket.once("connect", () => resolve(connection)));
}

function ask(connection: Connection, since: number): void {
  connection.since = since;
  underWay += 1;
  connection.socket.write(requests[asked++ % requests.length] as Buffer);
}

function askDue(perMs: number): void {
  if (isEnding) return;
  const now = performance.now();
  for (let due = Math.floor((now - startedAt) * perMs) - asked - late.length; due > 0; due -= 1) {
    const connection = free.pop();
    if (connection) ask(connection, now);
    else late.push(now);
  }
}

function hear(connection: Connection, bytes: Buffer): void {
  const all = connection.rest ? Buffer.concat([connection.rest, bytes]) : bytes;
  const headEnd = all.indexOf(HEAD_END);
  const head = headEnd < 0 ? "" : all.toString("latin1", 0, headEnd).toLowerCase();
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? Number.NaN);
  if (headEnd < 0 || all.length < headEnd + HEAD_END.length + length) {
    connection.rest = all;
    return;
  }
  connection.rest = undefined;
  underWay -= 1;
  const now = performance.now();
  const isWrong = load.wrong !== undefined && all.includes(load.wrong);
  if (head.startsWith(HEAD_OF_OK) && !Number.isNaN(length) && !isWrong)
    tookUs.push((now - connection.since) * 1_000);
  else failures += 1;
  if (isEnding) return;
  const since = load.perSecond === undefined ? now : late.shift();
  if (since === undefined) free.push(connection);
  else ask(connection, since);
}

function tell(): void {
  const sorted = Float64Array.from(tookUs).sort();
  const quantile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const heard: Heard = {
    answers: sorted.length,
    failures: failures + underWay,
    seconds: (performance.now() - startedAt) / 1_000,
    p50Us: quantile(0.5),
    p99Us: quantile(0.99),
  };
  process.stdout.write(`${JSON.stringify(heard)}\n`, () => process.exit(0));
}
