import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface HeardAnswer {
  status: number;
  /** The server said that it is the last one on this connection. */
  isLast: boolean;
  body: string;
}

/** One connection, on which questions may be asked before the earlier ones are answered; past every client that tidies up. */
export class Conversation {
  readonly socket: Socket;
  /** Whole answers, in the order of the questions. */
  readonly answers: HeardAnswer[] = [];
  /** What broke it; undefined when the server ended it in good order, or it goes on. */
  brokenBy: string | undefined;
  isOver = false;
  #rest: Buffer = Buffer.alloc(0);
  #isToGoOn = false;
  #heard = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.brokenBy = error.code ?? error.message;
    });
    socket.on("close", () => {
      this.isOver = true;
      this.#heard.resolve();
    });
  }

  /** Undefined when nobody listens. */
  static async open(url: string): Promise<Conversation | undefined> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    try {
      await once(socket, "connect");
    } catch {
      return undefined;
    }
    return new Conversation(socket);
  }

  /** Whether the server has taken a question that waits to be told to go on: its body may come (100). */
  async isTaken(): Promise<boolean> {
    while (!this.#isToGoOn && !this.isOver) await this.#heard.promise;
    return this.#isToGoOn;
  }

  /** Waits for so many answers; false when the connection ends before. */
  async hear(count: number): Promise<boolean> {
    while (this.answers.length < count && !this.isOver) await this.#heard.promise;
    return this.answers.length >= count;
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = this.#takeOne(); end !== undefined; end = this.#takeOne())
      this.#rest = this.#rest.subarray(end);
    const { resolve } = this.#heard;
    this.#heard = Promise.withResolvers();
    resolve();
  }

  /** Where the first whole answer ends. */
  #takeOne(): number | undefined {
    const headEnd = this.#rest.indexOf("\r\n\r\n");
    if (headEnd === -1) return undefined;
    const head = this.#rest.toString("latin1", 0, headEnd);
    const bodyEnd = headEnd + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#rest.length < bodyEnd) return undefined;
    if (head.startsWith("HTTP/1.1 100 ")) {
      this.#isToGoOn = true;
      return bodyEnd;
    }
    this.answers.push({
      status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
      isLast: /^connection: close\r?$/im.test(head),
      body: this.#rest.toString("utf8", headEnd + 4, bodyEnd),
    });
    return bodyEnd;
  }
}

/** The bytes of a question. */
export function requestText(
  method: "GET" | "POST",
  path: string,
  headers: Record<string, string>,
  body?: string,
): string {
  const all = {
    host: "x",
    ...headers,
    ...(body !== undefined && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
    }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}
