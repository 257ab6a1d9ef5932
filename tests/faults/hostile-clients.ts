/** What clients do that want a server to be busy with them alone; each on one socket of many. */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type Conversation, requestText } from "./http-conversation.ts";

const OUTCOMES = "/v1/outcomes";
const PIECE = Buffer.alloc(64 * 1024, "x");
const BODY_BYTES = 100 * 1024 * 1024;
const SLOWLY_MS = 100;
const DEEP = 100_000;
const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024, "["));

export interface HostileClient {
  /** Statuses that the server may answer it with; empty when it reads none. */
  good: readonly number[];
  /** What the server does for it to be over: says one of these, and closes the connection where it must; left out of who keeps coming. */
  over?: "told" | "closed";
  /** How long that may take. */
  withinMs?: number;
  /** Has a sound token and asks real questions, so it is an overload (V-05): others may be asked to come again. */
  mayOverload?: true;
  /** Goes on until the connection is over, or `isOver`. */
  attack(
    conversation: Conversation,
    of: { headers: Record<string, string>; isOver: () => boolean },
  ): Promise<void>;
}

export const HOSTILE_CLIENTS = {
  slowloris: {
    good: [408],
    over: "closed",
    withinMs: 6_500,
    async attack({ socket }, { isOver }) {
      socket.write("GET /livez HTTP/1.1\r\nhost: x\r\n");
      while (!isOver() && socket.write("x-a: b\r\n")) await pause(SLOWLY_MS);
    },
  },
  "a body of single bytes": {
    good: [408],
    over: "closed",
    withinMs: 32_000,
    async attack({ socket }, { headers, isOver }) {
      socket.write(chunkedHead(headers));
      while (!isOver() && socket.write("1\r\n[\r\n")) await pause(SLOWLY_MS);
    },
  },
  "a body of 100 MB": {
    good: [413],
    over: "closed",
    withinMs: 3_000,
    async attack({ socket }, { headers, isOver }) {
      const length = { "content-type": "application/json", "content-length": String(BODY_BYTES) };
      socket.write(requestText("POST", OUTCOMES, { ...headers, ...length }));
      await flood(socket, isOver, () => PIECE);
    },
  },
  "a body without an end": {
    good: [413],
    over: "closed",
    withinMs: 3_000,
    async attack({ socket }, { headers, isOver }) {
      socket.write(chunkedHead(headers));
      const chunk = Buffer.concat([Buffer.from("10000\r\n"), PIECE, Buffer.from("\r\n")]);
      await flood(socket, isOver, () => chunk);
    },
  },
  "a gzip bomb": {
    good: [415],
    over: "told",
    withinMs: 3_000,
    async attack({ socket }, { headers }) {
      const length = { "content-type": "application/json", "content-length": String(BOMB.length) };
      socket.write(requestText("POST", OUTCOMES, { ...headers, ...length, "content-encoding": "gzip" }));
      socket.write(BOMB);
    },
  },
  "JSON that is 100,000 deep": {
    good: [400],
    over: "told",
    withinMs: 3_000,
    async attack({ socket }, { headers }) {
      const body = `{"outcomes":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}`;
      socket.write(requestText("POST", OUTCOMES, headers, body));
    },
  },
  "a flood of headers": {
    good: [431],
    over: "closed",
    withinMs: 3_000,
    async attack({ socket }, { isOver }) {
      socket.write("GET /livez HTTP/1.1\r\nhost: x\r\n");
      await flood(socket, isOver, () => `x-${randomBytes(4).toString("hex")}: ${"y".repeat(1_000)}\r\n`);
    },
  },
  "tokens that nobody knows": {
    good: [401, 503],
    async attack(conversation, { isOver }) {
      while (!isOver()) {
        const authorization = `Bearer holt_${randomBytes(32).toString("base64url")}`;
        const path = "/v1/models/shop/recommendations?user=ann";
        conversation.socket.write(requestText("GET", path, { authorization }));
        if (!(await conversation.hear(conversation.answers.length + 1))) return;
        await pause(SLOWLY_MS);
      }
    },
  },
  "questions asked ahead, and no answer read": {
    ...{ good: [], mayOverload: true },
    async attack({ socket }, { headers, isOver }) {
      socket.pause();
      const text = requestText("GET", "/v1/models/shop/recommendations?user=ann&k=20", headers);
      await flood(socket, isOver, () => text);
    },
  },
  "large answers that nobody reads": {
    ...{ good: [], mayOverload: true },
    async attack({ socket }, { headers }) {
      socket.pause();
      const requests = Array.from({ length: 1_000 }, () => ({ user: "ann", k: 100 }));
      const body = JSON.stringify({ requests, expose: false });
      socket.write(requestText("POST", "/v1/models/shop/recommendations", headers, body));
    },
  },
} satisfies Record<string, HostileClient>;

export type HostileKind = keyof typeof HOSTILE_CLIENTS;

/** As fast as the server takes it. */
async function flood(socket: Socket, isOver: () => boolean, next: () => string | Buffer): Promise<void> {
  while (!isOver() && socket.writable) if (!socket.write(next())) await drained(socket);
}

/** Or closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
}

function chunkedHead(headers: Record<string, string>): string {
  const more = { "content-type": "application/json", "transfer-encoding": "chunked" };
  return requestText("POST", OUTCOMES, { ...headers, ...more });
}
