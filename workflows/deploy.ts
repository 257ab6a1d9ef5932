import { pipelineWork, scoringWork } from "./proxies.ts";

/**
 * Gives the signed release its number, tries it, measures what the monitor will compare with, and flips. Each part may
 * run again; a version that somebody else put live meanwhile makes the flip refuse.
 */
export async function deploy(runId: string): Promise<void> {
  const summary = { summary: "deploy" };
  const { version } = await pipelineWork.registerVersion.executeWithOptions(summary, [{ runId }]);
  await scoringWork.smokeTest.executeWithOptions(summary, [{ runId, version }]);
  await scoringWork.measureReference.executeWithOptions(summary, [{ runId, version }]);
  await pipelineWork.flipLive.executeWithOptions(summary, [{ runId, version }]);
}
