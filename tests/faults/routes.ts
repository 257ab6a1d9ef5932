import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Access, DeclaredRoute } from "../../server/authorization.ts";
import type { TestServer } from "../support/server-at.ts";

const HTTP_DOCUMENT = join(import.meta.dirname, "../../docs/http.md");

export interface Call {
  method: string;
  /** A real address of the route, with nothing behind it. */
  url: string;
  ability: Access;
}

/** One call of each route that asks who is there, from the router's own list. */
export function guardedCalls({ app }: TestServer): Call[] {
  return app.declaredRoutes
    .filter(({ ability }) => ability !== "public")
    .map((route) => ({ ...route, url: addressOf(route) }));
}

/** `POST /api/session` and its like: the routes that ask nobody. */
export function publicRoutes({ app }: TestServer): string[] {
  return app.declaredRoutes.filter(({ ability }) => ability === "public").map(nameOf);
}

export function nameOf({ method, url }: Pick<DeclaredRoute, "method" | "url">): string {
  return `${method} ${url}`;
}

function addressOf({ url }: DeclaredRoute): string {
  const path = url.replace(/:[a-zA-Z]+/g, "1");
  return /recommendations$|preview$/.test(path) ? `${path}?user=u` : path;
}

/** Who may use each route by docs/http.md: `GET /api/runs` → `look`. */
export async function documentedRoutes(): Promise<Map<string, string>> {
  const rows = (await readFile(HTTP_DOCUMENT, "utf8")).matchAll(
    /^\| ([A-Z]+) +\| `([^`?]+)[^`]*` +\| ([a-z-]+) +\|/gm,
  );
  return new Map([...rows].map(([, method, url, ability]) => [`${method} ${url}`, ability as string]));
}
