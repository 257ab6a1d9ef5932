/**
 * `node scripts/schemathesis.ts <schemathesis> [seconds]`: lets schemathesis (scripts/requirements.txt) ask a server of its
 * own for what its OpenAPI document says, as a program of a product and as somebody who looks. Ends with 1 when a check fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { createDatabaseAt } from "../tests/support/database-at.ts";
import { addPageData } from "../tests/support/page-data.ts";
import { openServerAt } from "../tests/support/server-at.ts";
import { startServers } from "../tests/support/servers.ts";

const EXIT_WRONG_USE = 2;
const TTL_MS = 24 * 3_600_000;
const WHO = { service: "^/(v1|v2|livez|readyz)", viewer: "^/api" } as const;
/**
 * What Holt does otherwise, on purpose: an address without this method is a 404, as one that isn't there; and JSON Schema has
 * no words for "no NUL character" and "one of the two", so bodies that fit the document are refused for these.
 */
const NOT_CHECKED = "unsupported_method,positive_data_acceptance";

const [program, seconds = "300"] = process.argv.slice(2);
if (!program || !/^[1-9]\d*$/.test(seconds)) {
  console.error(
    "schemathesis: name its program and whole seconds, as in: node scripts/schemathesis.ts venv/bin/schemathesis 300",
  );
  process.exit(EXIT_WRONG_USE);
}
const servers = await startServers();
const ends: (() => Promise<unknown>)[] = [servers.stop];
let failed = 0;
try {
  const database = await createDatabaseAt(servers.postgresUrl);
  ends.push(database.close);
  const server = await openServerAt(database, (end) => ends.push(end));
  await addPageData(server.operations, server.artifacts);
  await server.live.look();
  const url = await server.app.listen({ port: 0, host: "127.0.0.1" });
  for (const [role, paths] of Object.entries(WHO) as [keyof typeof WHO, string][]) {
    await addPerson(server.operations, SET_UP, { name: `asks-${role}`, roles: [role] });
    const { token } = await issueToken(server.operations, SET_UP, { name: `asks-${role}`, ttlMs: TTL_MS });
    const asks = spawn(
      program,
      [
        ...["run", `${url}/api/openapi.json`, "--checks", "all", "--exclude-checks", NOT_CHECKED],
        ...[
          "--header",
          `Authorization: Bearer ${token}`,
          "--include-path-regex",
          paths,
          "--max-time",
          seconds,
        ],
      ],
      { stdio: "inherit" },
    );
    const [code] = await once(asks, "exit");
    if (code !== 0) failed += 1;
  }
} finally {
  for (const end of ends.reverse()) await end();
}
process.exit(failed === 0 ? 0 : 1);
