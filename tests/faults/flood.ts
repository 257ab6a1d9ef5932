import { once } from "node:events";
import { connect, type Socket } from "node:net";

const TICK_MS = 5;
/** What the machine left unasked is not asked all at once afterwards. */
const MOST_OWED_MS = 100;

/** What came of one flood. */
export interface Flood {
  seconds: number;
  /** Milliseconds until a whole answer, of those with 200 and of those with 503 and when to come again. */
  acceptedMs: number[];
  refusedMs: number[];
  /** First lines of all other answers, and connections that broke. */
  others: string[];
}

/**
 * Asks for one address so many times a second for some seconds, whatever comes back: who is refused asks again as if
 * nothing had been said. Each connection has one question under way.
 */
export async function flood(of: {
  url: URL;
  headers: Record<string, string>;
  perSecond: number;
  connections: number;
  ms: number;
}): Promise<Flood> {
  const { url, headers, perSecond } = of;
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
  const result: Flood = { seconds: 0, acceptedMs: [], refusedMs: [], others: [] };
  const idle: Socket[] = [];
  const sockets: Socket[] = [];
  const askedAt = new Map<Socket, number>();
  for (let count = 0; count < of.connections; count++) {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    await once(socket, "connect");
    sockets.push(socket);
    idle.push(socket);
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      answer += chunk;
      if (!isWhole(answer)) return;
      note(result, answer, performance.now() - (askedAt.get(socket) as number));
      askedAt.delete(socket);
      answer = "";
      idle.push(socket);
    });
    socket.on("error", (error) => result.others.push(error.message));
    socket.on("close", () => askedAt.delete(socket) && result.others.push("closed without an answer"));
  }
  const started = performance.now();
  let lookedAt = started;
  let owed = 0;
  while (performance.now() - started < of.ms) {
    const now = performance.now();
    owed = Math.min(owed + ((now - lookedAt) * perSecond) / 1_000, (MOST_OWED_MS * perSecond) / 1_000);
    lookedAt = now;
    for (; owed >= 1 && idle.length > 0; owed--) {
      const socket = idle.shift() as Socket;
      askedAt.set(socket, performance.now());
      socket.write(request);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  result.seconds = (performance.now() - started) / 1_000;
  while (askedAt.size > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  for (const socket of sockets) socket.destroy();
  return result;
}

function note({ acceptedMs, refusedMs, others }: Flood, answer: string, ms: number): void {
  if (answer.startsWith("HTTP/1.1 200 ")) acceptedMs.push(ms);
  else if (answer.startsWith("HTTP/1.1 503 ") && /^retry-after: \d+\r$/im.test(answer)) refusedMs.push(ms);
  else others.push(answer.slice(0, answer.indexOf("\r")));
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return false;
  return answer.length - end - 4 >= Number(/^content-length: (\d+)/im.exec(answer)?.[1]);
}
