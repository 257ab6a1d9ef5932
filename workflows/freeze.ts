import { setCurrentDetails } from "@temporalio/workflow";
import type { Inbox } from "./inbox.ts";
import { note } from "./proxies.ts";
import { waitUntil } from "./wait-until.ts";

/** Waits, for weeks if need be, until no freeze holds the run's model back. Whoever lifts one has the run look again. */
export async function untilThawed(runId: string, inbox: Inbox): Promise<void> {
  for (;;) {
    const seen = inbox.rollouts;
    const { waitMs } = await note.lookAtFreeze.executeWithOptions({ summary: "deploy" }, [{ runId }]);
    if (waitMs === 0) return;
    setCurrentDetails("approved, and waits until a freeze ends: `holt safeguards`");
    await waitUntil(() => inbox.rollouts > seen, Date.now() + waitMs);
  }
}
