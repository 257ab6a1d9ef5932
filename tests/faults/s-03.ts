import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { sendRaw } from "./raw-http.ts";
import { guardedCalls } from "./routes.ts";
import type { FaultRow } from "./row.ts";

const PAGE = "<!doctype html><title>the page that everybody may have</title>";
const AT_ONCE = 16;

/** What is written before, within and after an address, so that door and room read it differently. */
const BEFORE = [
  "",
  "/",
  "//",
  "/.",
  "/./",
  "/livez/..",
  "/readyz/../",
  "/assets/..",
  "/api/session/..",
  "/%2e",
  "/%2e%2e",
  "/%252e%252e/",
  "/..;",
  "/;",
  "/\\",
  "\\",
  "/%5c",
  "/%00",
  "/%2f",
  "/x/%2e%2e",
  "/livez%2f..",
  "*",
  "http://127.0.0.1",
  "http://x@127.0.0.1",
  "//127.0.0.1",
  "HTTP://livez",
];
const AFTER = [
  "",
  "/",
  "//",
  "/.",
  "/..",
  "/%2e",
  "%20",
  "%00",
  "%0a",
  "%0d%0a",
  ";x",
  ";/livez",
  ".",
  "..",
  "...",
  "/livez",
  "/../livez",
  "%2flivez",
  "?",
  "?/livez",
  "#",
  "#/livez",
  "%23",
  "%3f",
  ".json",
  ".html",
  "/index.html",
  "\\",
  "%5c",
  "~",
  "%c0%af",
  "%e0%80%af",
  "%uff0f",
  "/*",
];
const WITHIN: readonly ((path: string) => string)[] = [
  (path) => path.toUpperCase(),
  (path) => path.replace("/api", "/Api"),
  (path) => path.replace("/api", "/%61pi"),
  (path) => path.replace("/api", "/%2561pi"),
  (path) => path.replaceAll("/", "//"),
  (path) => path.replaceAll("/", "/./"),
  (path) => path.replaceAll("/", "\\"),
  (path) => path.replaceAll("/", "%2f"),
  (path) => path.replaceAll("/", "%252f"),
  (path) => path.replace(/\/([^/]*)$/, "/x/../$1"),
  (path) => path.replace(/\/([^/]*)$/, "/x/%2e%2e/$1"),
  (path) => path.replace(/\/([^/]*)$/, ";jsessionid=1/$1"),
  (path) => path.replace(/^\/(.)/, "/\t$1"),
  (path) => path.replaceAll("a", "ａ"),
];
const HEADERS = [
  "",
  "X-HTTP-Method-Override: GET",
  "X-Method-Override: OPTIONS",
  "X-Original-URL: /livez",
  "X-Rewrite-URL: /livez",
  "X-Forwarded-Path: /livez",
  "X-Forwarded-Prefix: /livez",
  "X-Forwarded-For: 127.0.0.1",
  "X-Forwarded-User: admin",
  "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  "Connection: X-Trick, Authorization\r\nX-Trick: 1",
  "Transfer-Encoding: chunked\r\nContent-Length: 0",
  "Expect: 100-continue",
  "Host: livez",
];
const METHODS = ["HEAD", "OPTIONS", "get", "GET ", "PROPFIND", "TRACE", "CONNECT", "FOO"];

/** Nobody is signed in; whatever isn't refused must be the page or a sign of life that everybody may have. */
export const s03: FaultRow = {
  id: "S-03",
  title: "Addresses and headers that door and room may read differently, over raw sockets",
  bound: "nobody is let in",
  counts: { quick: 900, full: 9_000 },
  async run(context) {
    const webFolder = await context.folder();
    await writeFile(join(webFolder, "index.html"), PAGE);
    const server = await context.server(await context.database(), { webFolder });
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const requests = guardedCalls(server).flatMap(({ method, url }) => tricks(method, url));
    const chosen = context.random.shuffled(requests).slice(0, Math.max(context.n, 1));
    const failures: string[] = [];
    for (let at = 0; at < chosen.length; at += AT_ONCE)
      await Promise.all(
        chosen.slice(at, at + AT_ONCE).map(async (request) => {
          const { status, body } = await sendRaw(port, request);
          if (!isHarmless(status, body))
            failures.push(`${JSON.stringify(request)}: ${status} ${body.slice(0, 80)}`);
        }),
      );
    const { authorization } = await server.asProgram("admin");
    const control = await sendRaw(port, write("GET", "/api/runs", `Authorization: ${authorization}`));
    if (control.status !== 200 || isHarmless(control.status, control.body))
      failures.push(`the straight way with a token: ${control.status}, so the row would not see a breach`);
    return { n: chosen.length, failures };
  },
};

function tricks(method: string, url: string): string[] {
  const paths = [
    ...BEFORE.flatMap((before) => AFTER.map((after) => before + url + after)),
    ...WITHIN.flatMap((change) => AFTER.slice(0, 4).map((after) => change(url) + after)),
  ];
  return [
    ...paths.map((path) => write(method, path)),
    ...METHODS.map((other) => write(other, url)),
    ...HEADERS.map((header) => write(method, url, header)),
    `${method} ${url} HTTP/1.0\r\n\r\n`,
    `${method} ${url}\r\n\r\n`,
  ];
}

function write(method: string, path: string, header = ""): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    ...(header ? [header] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function isHarmless(status: number, body: string): boolean {
  if (status < 200 || status >= 400) return status < 500;
  return body === "" || body.includes(PAGE) || /^\{"status":"(alive|ready|degraded)"/.test(body);
}
