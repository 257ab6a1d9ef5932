/**
 * One real PostgreSQL and one real Temporal server for the whole test run. A database that is migrated is the template
 * of every test's own; each test file that runs workflows takes a namespace of its own.
 */
import { dirname } from "node:path";
import type { TestProject } from "vitest/node";
import { startServers } from "./support/servers.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    temporalAddress: string;
    temporalFile: string;
    /** For what is made once for many files; it goes with the run. */
    runFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startServers();
  project.provide("postgresUrl", servers.postgresUrl);
  project.provide("temporalAddress", servers.temporalAddress);
  project.provide("temporalFile", servers.temporalFile);
  project.provide("runFolder", dirname(servers.temporalFile));
  return servers.stop;
}
