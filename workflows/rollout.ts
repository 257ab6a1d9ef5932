import { setCurrentDetails } from "@temporalio/workflow";
import { untilThawed } from "./freeze.ts";
import type { Inbox } from "./inbox.ts";
import { note } from "./proxies.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * Lets a version meet real traffic, stage after stage, each until its checks or a person let it go on, for days if need
 * be, holding no worker. At "back" it answers nobody any more. Signals only make it look: what a person said is a row.
 */
export async function rollOut(runId: string, version: number, inbox: Inbox): Promise<"go_on" | "back"> {
  const { stages } = await note.planRollout.executeWithOptions({ summary: "deploy" }, [{ runId, version }]);
  for (let stage = 0; stage < stages; stage++) {
    await untilThawed(runId, inbox);
    const verdict = await passStage({ runId, version, stage }, inbox);
    if (verdict === "back") {
      await note.endRollout.executeWithOptions({ summary: "deploy" }, [{ runId }]);
      return "back";
    }
  }
  return "go_on";
}

async function passStage(
  ref: { runId: string; version: number; stage: number },
  inbox: Inbox,
): Promise<"go_on" | "back"> {
  const summary = { summary: `rollout stage ${ref.stage}` };
  await note.startStage.executeWithOptions(summary, [ref]);
  for (;;) {
    const seen = inbox.rollouts;
    const { verdict, nextMs } = await note.judgeStage.executeWithOptions(summary, [ref]);
    if (verdict === "go_on" || verdict === "back") return verdict;
    const waits = verdict === "hold" ? "waits for an answer" : "goes on";
    setCurrentDetails(`stage ${ref.stage} of the rollout ${waits}: \`holt rollout ${ref.runId}\``);
    await waitUntil(() => inbox.rollouts > seen, Date.now() + nextMs);
  }
}
