import { expect, inject, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { emptyDatabase, envOf, holt, temporaryFolder } from "../tests/support/holt.ts";
import { IDLE_NAMESPACE } from "../tests/support/names.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkBrowser, checkFolder, checkNode } from "./doctor/machine.ts";

/** Verdict of each thing that `holt doctor` looked at. */
async function verdicts(env: Record<string, string | undefined>) {
  const end = await holt(["doctor", "--json"], env);
  const findings = JSON.parse(end.stdout) as Finding[];
  for (const { verdict, remedy } of findings) expect(remedy === "").toBe(verdict === "fine");
  return { code: end.code, of: Object.fromEntries(findings.map(({ what, verdict }) => [what, verdict])) };
}

it("finds what is there, and what is missing with its remedy", async () => {
  const database = await testDatabase();
  const env = {
    ...(await envOf(database, "deployer")),
    HOLT_ARTIFACTS: await temporaryFolder(),
    HOLT_SERVER_URL: "http://127.0.0.1:1",
    TEMPORAL_NAMESPACE: IDLE_NAMESPACE,
  };
  const { code, of } = await verdicts(env);
  expect(code).toBe(1);
  expect(of).toMatchObject({
    "Node.js": "fine",
    "temporal command": "fine",
    PostgreSQL: "fine",
    tables: "fine",
    Temporal: "fine",
    histories: "unsure", // a namespace that nobody said more about keeps them for a day
    worker: "missing",
    server: "missing",
    artifacts: "fine",
    token: "fine",
  });
  const text = await holt(["doctor"], env);
  expect(text.stdout).toMatch(
    /^worker +missing +none asks for work +start one: node workers\/worker\.ts, or "holt dev"$/m,
  );
  expect(text.stdout).toMatch(/\nSomething is missing\.\n$/);
});

it("goes on when one part is out of reach", async () => {
  const { of } = await verdicts({
    DATABASE_URL: "postgresql://127.0.0.1:1/none",
    TEMPORAL_ADDRESS: "127.0.0.1:1",
    HOLT_ARTIFACTS: await temporaryFolder(),
  });
  expect(of).toMatchObject({ PostgreSQL: "missing", Temporal: "missing", artifacts: "fine" });
});

it("sees tables that are missing, and makes none", async () => {
  const { url, pool } = await emptyDatabase();
  const { of } = await verdicts({
    DATABASE_URL: url,
    HOLT_ARTIFACTS: await temporaryFolder(),
    TEMPORAL_ADDRESS: inject("temporalAddress"),
  });
  expect(of).toMatchObject({ PostgreSQL: "fine", tables: "missing" });
  const { rows } = await pool.query("select tablename from pg_tables where schemaname = 'public'");
  expect(rows).toEqual([]);
});

it("tells an old Node.js, a file where a folder should be, and a machine without a browser", async () => {
  expect(checkNode("22.3.0")).toMatchObject({ verdict: "missing", found: "22.3.0" });
  expect(checkNode("24.0.0")).toMatchObject({ verdict: "fine" });
  expect(await checkFolder("artifacts", "/dev/null/artifacts")).toMatchObject({ verdict: "missing" });
  expect(await checkBrowser("/nowhere")).toMatchObject({ verdict: "unsure" });
});
