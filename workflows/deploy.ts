import { untilThawed } from "./freeze.ts";
import type { Inbox } from "./inbox.ts";
import { pipelineWork, scoringWork } from "./proxies.ts";
import { rollOut } from "./rollout.ts";

/**
 * Gives the signed release its number, tries it, measures what the monitor will compare with, lets it pass the stages of
 * its rollout, and flips; a freeze holds up the next stage and the flip. Each part may run again; a version that somebody else put live meanwhile makes it refuse.
 */
export async function deploy(runId: string, inbox: Inbox): Promise<"deployed" | "rolled_back"> {
  const summary = { summary: "deploy" };
  const { version } = await pipelineWork.registerVersion.executeWithOptions(summary, [{ runId }]);
  await scoringWork.smokeTest.executeWithOptions(summary, [{ runId, version }]);
  await scoringWork.measureReference.executeWithOptions(summary, [{ runId, version }]);
  if ((await rollOut(runId, version, inbox)) === "back") return "rolled_back";
  await untilThawed(runId, inbox);
  await pipelineWork.flipLive.executeWithOptions(summary, [{ runId, version }]);
  return "deployed";
}
