import pg from "pg";
import { inject } from "vitest";
import { createTestDatabase } from "./database.ts";
import { NAMESPACES } from "./names.ts";
import { openStageAt, type Stage } from "./open-stage.ts";

export type { Stage };

/** A stage of the test run's own PostgreSQL and Temporal. */
export async function openStage(): Promise<Stage> {
  return openStageAt({
    database: await createTestDatabase(),
    temporalAddress: inject("temporalAddress"),
    namespace: await takeNamespace(),
  });
}

/** A namespace that no other stage of this test run has: counted in the test run's own PostgreSQL. */
async function takeNamespace(): Promise<string> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    await client.query("create sequence if not exists stage").catch(() => undefined); // two files at once
    const { rows } = await client.query<{ n: string }>("select nextval('stage') - 1 as n");
    const name = NAMESPACES[Number(rows[0]?.n)];
    if (!name)
      throw new Error(`NAMESPACES: all ${NAMESPACES.length} are taken; raise their number in names.ts`);
    return name;
  } finally {
    await client.end();
  }
}
