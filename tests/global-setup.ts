/**
 * One real PostgreSQL and one real Temporal server for the whole test run. A database that is migrated is the template
 * of every test's own; each test file that runs workflows takes a namespace of its own.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { startTemporal } from "../local/temporal.ts";
import { findTemporalCommand } from "../local/temporal-command.ts";
import { NAMESPACES, TEMPLATE_DATABASE } from "./support/names.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    temporalAddress: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "holt-test-"));
  await chmod(folder, 0o755); // as root, PostgreSQL runs as a user of its own, who must get in
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    port: await getPort(),
    // Tests kill the process, not the machine: what the operating system holds survives that.
    parameters: { fsync: "off" },
  });
  const temporal = await startTemporal({
    command: await findTemporalCommand(),
    databaseFile: join(folder, "temporal.db"),
    port: await getPort(),
    namespaces: NAMESPACES,
  });
  await makeTemplate(postgres.url);
  project.provide("postgresUrl", postgres.url);
  project.provide("temporalAddress", temporal.address);
  return async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const { db, close } = openDatabase(new URL(TEMPLATE_DATABASE, url).href, {
    applicationName: "holt-test-template",
  });
  await migrate(db);
  await close();
}
