import { connect } from "node:net";

export interface RawAnswer {
  /** 0 when the server closed without a word. */
  status: number;
  head: string;
  body: string;
}

const LONGEST_MS = 10_000;

/** Sends bytes as they are, past every client that would tidy them up, and reads until the server closes. */
export function sendRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(LONGEST_MS, () => socket.destroy(new Error("the server neither answered nor closed")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(parse(chunks)) : reject(error),
    );
    socket.on("close", () => resolve(parse(chunks)));
    socket.write(request);
  });
}

function parse(chunks: readonly Buffer[]): RawAnswer {
  const text = Buffer.concat(chunks).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: end < 0 ? "" : text.slice(end + 4),
  };
}
