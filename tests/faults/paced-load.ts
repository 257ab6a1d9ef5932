import { connect, type Socket } from "node:net";

const TICK_MS = 10;
const RECONNECT_MS = 20;
/** What a pause of the server left unasked is not asked all at once afterwards. */
const MOST_OWED_MS = 50;

export interface PacedLoad {
  /** Ids of the answers that came whole and said that they are recorded. */
  recorded: string[];
  /** Milliseconds that these took. */
  tookMs: number[];
  /** Answers that were anything else than 200 and recorded, and what `judge` said of the others. */
  failures: string[];
  /** Ends it when what is under way is answered or lost. */
  stop(): Promise<void>;
}

/**
 * Asks for one person's list again and again, so many times a second, over kept connections that are opened anew when the
 * server goes away. Without Node's HTTP client, which would cost as much as the server.
 */
export function startPacedLoad(of: {
  url: URL;
  headers: Record<string, string>;
  perSecond: number;
  connections: number;
  /** What is wrong with an answer; `askedAt` by `performance.now()`. */
  judge?: (answer: { body: string; askedAt: number }) => string | undefined;
}): PacedLoad {
  const { url, perSecond } = of;
  const request = requestText(url, of.headers);
  const load: PacedLoad = { recorded: [], tookMs: [], failures: [], stop: async () => undefined };
  const idle: Socket[] = [];
  const askedAt = new WeakMap<Socket, number>();
  let isOver = false;
  let open = 0;
  let owed = 0;
  const ask = () => {
    for (; owed >= 1 && idle.length > 0; owed--) {
      const socket = idle.shift() as Socket;
      askedAt.set(socket, performance.now());
      socket.write(request);
    }
  };
  const openOne = () => {
    if (isOver) return;
    open++;
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("connect", () => idle.push(socket));
    socket.on("data", (chunk: string) => {
      answer += chunk;
      const body = bodyOf(answer);
      if (body === undefined) return;
      const id = /"recommendationId":"([^"]+)"/.exec(body)?.[1];
      if (answer.startsWith("HTTP/1.1 200 ") && id !== undefined && body.includes('"recorded":true')) {
        load.recorded.push(Buffer.from(id).toString()); // a copy, which doesn't keep the whole answer in memory
        const since = askedAt.get(socket) as number;
        load.tookMs.push(performance.now() - since);
        const fault = of.judge?.({ body, askedAt: since });
        if (fault) load.failures.push(fault);
      } else load.failures.push(answer.slice(0, 500));
      answer = "";
      if (isOver) socket.destroy();
      else idle.push(socket);
      ask();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      open--;
      const at = idle.indexOf(socket);
      if (at !== -1) idle.splice(at, 1);
      setTimeout(openOne, RECONNECT_MS);
    });
  };
  for (let count = 0; count < of.connections; count++) openOne();
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const passedMs = Math.min(performance.now() - lookedAt, MOST_OWED_MS);
    lookedAt = performance.now();
    owed = Math.min(owed + (passedMs * perSecond) / 1_000, (MOST_OWED_MS * perSecond) / 1_000);
    ask();
  }, TICK_MS);
  load.stop = async () => {
    isOver = true;
    clearInterval(timer);
    for (const socket of idle.splice(0)) socket.destroy();
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  };
  return load;
}

function requestText({ pathname, search, host }: URL, headers: Record<string, string>): string {
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** The body of a whole answer; undefined while some of it is missing. */
function bodyOf(answer: string): string | undefined {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const length = Number(/^content-length: (\d+)/im.exec(answer.slice(0, end))?.[1]);
  const body = answer.slice(end + 4);
  return body.length >= length ? body : undefined;
}
