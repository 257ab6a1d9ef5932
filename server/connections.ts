import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerClientError, endGently } from "./client-errors.ts";

/** What is known of one connection. */
interface Connection {
  /** What was asked and is not answered yet, oldest first: answers go out in that order. */
  owed: Map<ServerResponse, IncomingMessage>;
  /** Bytes read when nothing was owed the last time; more of them are the beginning of a question. */
  settledBytes: number;
  /** Its last answer is decided. */
  isLast: boolean;
  /** Of its answers, as the last look found it: bytes that the client has not taken. */
  untakenBytes: number;
}

/** Between looks for clients that take nothing. */
const LOOK_EVERY_MS = 1_000;
/** Who takes nothing of an answer for so long is gone. */
const TAKEN_WITHIN_MS = 30_000;
/** Once so many bytes of answers wait to be taken, nobody is waited for who has not begun with theirs for two looks. */
const MOST_UNTAKEN_BYTES = 64 * 1024 * 1024;

/**
 * The server's connections, and what is owed on each, so that its end loses no answer: Node's own `closeIdleConnections`
 * destroys a connection as soon as its answer is made, whether or not that was sent, and whatever else was asked on it.
 */
export class Connections {
  readonly #known = new Map<Socket, Connection>();
  #isClosing = false;

  /** @param server that doesn't listen yet */
  constructor(server: Server) {
    server.on("connection", (socket) => this.#add(socket));
    server.on("secureConnection", (socket) => this.#add(socket));
    server.prependListener("request", (request, response) => this.#owe(request, response));
    server.closeIdleConnections = () => this.#closeIdle();
    const timer = setInterval(() => this.#giveUpOnWhoTakesNothing(), LOOK_EVERY_MS).unref();
    server.on("close", () => clearInterval(timer));
  }

  /** Whether the last answer on this connection is decided. What comes after it is to be left undone (RFC 9112, 9.6). */
  isLast(socket: Socket): boolean {
    return this.#known.get(socket)?.isLast ?? false;
  }

  /** Has this answer be the last one on its connection, unless more was asked there already; whether it will be. */
  endAfter(response: ServerResponse): boolean {
    const known = this.#known.get(response.req.socket);
    if (!known) return true;
    const newest = [...known.owed.keys()].at(-1);
    if (response !== newest && response.shouldKeepAlive) return false;
    known.isLast = true;
    return true;
  }

  /** Waits no longer for what has not arrived as a whole: 408, once what was asked before it is answered. */
  endLate(): void {
    for (const [socket, { owed }] of this.#known) {
      for (const [response, request] of owed)
        if (!request.complete && !response.headersSent && request.listenerCount("error") > 0)
          request.emit("error", lateError());
      if (owed.size === 0) answerClientError(lateError(), socket);
    }
  }

  #add(socket: Socket): void {
    const known = { owed: new Map(), settledBytes: socket.bytesRead, isLast: false, untakenBytes: 0 };
    this.#known.set(socket, known);
    socket.once("close", () => this.#known.delete(socket));
    const destroySoon = socket.destroySoon.bind(socket);
    // Node's, after a last answer. What still arrives then would make it a reset, which takes that answer from the client.
    socket.destroySoon = () => (hasMoreToCome(known) ? endGently(socket) : destroySoon());
  }

  #owe(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const known = this.#known.get(socket);
    if (!known) return;
    known.owed.set(response, request);
    response.once("close", () => {
      known.owed.delete(response);
      if (known.owed.size > 0) return;
      known.settledBytes = socket.bytesRead;
      if (this.#isClosing) this.#end(socket, known);
    });
  }

  #closeIdle(): void {
    this.#isClosing = true;
    for (const [socket, known] of this.#known)
      if (known.owed.size === 0 && socket.bytesRead === known.settledBytes) this.#end(socket, known);
  }

  #end(socket: Socket, known: Connection): void {
    if (known.isLast) return; // Node ends it
    known.isLast = true;
    endGently(socket);
  }

  /** Node's own timer sees to it, which starts anew with each byte that is taken. */
  #giveUpOnWhoTakesNothing(): void {
    let untakenBytes = 0;
    for (const [socket, known] of this.#known) {
      const { writableLength } = socket;
      untakenBytes += writableLength;
      const isStuck = writableLength > 0 && writableLength === known.untakenBytes;
      if (isStuck && untakenBytes > MOST_UNTAKEN_BYTES) socket.destroy();
      if (writableLength > 0 && known.untakenBytes === 0) socket.setTimeout(TAKEN_WITHIN_MS);
      if (writableLength === 0 && known.untakenBytes > 0 && known.owed.size > 0) socket.setTimeout(0);
      known.untakenBytes = writableLength;
    }
  }
}

function hasMoreToCome({ owed }: Connection): boolean {
  return [...owed].some(([response, { complete }]) => !complete || !response.writableEnded);
}

function lateError(): NodeJS.ErrnoException & { statusCode: number } {
  const error = new Error("request: took too long to arrive; send it faster");
  return Object.assign(error, { code: "ERR_HTTP_REQUEST_TIMEOUT", statusCode: 408 });
}
