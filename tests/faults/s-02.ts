import { ABILITIES, type Ability, ROLES } from "../../core/roles.ts";
import { documentedRoutes, guardedCalls, nameOf } from "./routes.ts";
import type { FaultRow } from "./row.ts";

/** Every role at every route through both doors: exactly those get in that docs/http.md and core/roles.ts say. */
export const s02: FaultRow = {
  id: "S-02",
  title: "The wrong role",
  bound: "who gets in equals docs/http.md, cell by cell",
  counts: { quick: 300, full: 300 },
  async run(context) {
    const server = await context.server(await context.database());
    const documented = await documentedRoutes();
    const failures: string[] = [];
    const known = new Map(server.app.declaredRoutes.map((route) => [nameOf(route), route.ability]));
    for (const [route, ability] of documented)
      if (known.get(route) !== ability)
        failures.push(`docs/http.md: ${route} asks for "${ability}", the server for "${known.get(route)}"`);
    for (const [route] of known)
      if (!documented.has(route.replace(/^HEAD /, "GET "))) failures.push(`docs/http.md: has no ${route}`);
    const calls = guardedCalls(server);
    const doors = ["program", "page"] as const;
    let n = 0;
    for (const role of ROLES)
      for (const door of doors) {
        const headers = await (door === "page" ? server.asPage(role) : server.asProgram(role));
        for (const { method, url, ability } of calls) {
          if (method === "DELETE" && url === "/api/session") continue; // it would end the session that asks on
          n += 1;
          const { statusCode } = await server.app.inject({ method: method as "GET", url, headers });
          const may = ability === "signed-in" || includes(ABILITIES[ability as Ability], role);
          const got =
            statusCode === 403
              ? "shut out"
              : statusCode === 401 || statusCode >= 500
                ? String(statusCode)
                : "let in";
          if (got !== (may ? "let in" : "shut out"))
            failures.push(`${role} by ${door}: ${method} ${url}: ${got}`);
        }
      }
    return { n, failures };
  },
};

function includes(list: readonly string[], word: string): boolean {
  return list.includes(word);
}
