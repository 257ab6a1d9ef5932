import { Connection } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";

const NAMESPACE = "default";
/** The development server's own is one day; a history is wanted for replay weeks after its run. */
const RETENTION = "30 days";

/** Lets a local Temporal keep the histories of ended workflows for 30 days; those that end from now on. */
export async function keepHistories(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.updateNamespace({
      namespace: NAMESPACE,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
  } finally {
    await connection.close();
  }
}
