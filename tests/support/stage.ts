import { inject } from "vitest";
import { createTestDatabase } from "./database.ts";
import { takeNamespaceAt } from "./database-at.ts";
import { openStageAt, type Stage } from "./open-stage.ts";

export type { Stage };

/** A stage of the test run's own PostgreSQL and Temporal. */
export async function openStage(): Promise<Stage> {
  return openStageAt({
    database: await createTestDatabase(),
    temporalAddress: inject("temporalAddress"),
    namespace: await takeNamespaceAt(inject("postgresUrl")),
  });
}
