import type { ShownRun } from "../../cli/print/run.ts";
import type { RunOutcome } from "../../core/steps.ts";
import { findLive } from "../../db/versions.ts";
import { follow, followAfterReview, startOrTakeUp } from "./follow.ts";
import { approve, decideReview } from "./review.ts";
import { MODEL, type Stage } from "./stage.ts";

/** The popularity list alone goes live: simple first, and the slot is taken. */
export async function firstRun(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.chapter("First run: the popularity list alone");
  const live = await findLive(stage.database.db, MODEL);
  if (live)
    return narrator.say(
      `Version ${live.version} (${live.release.candidate}) is live already, so there is no need for it.`,
    );
  const runId = await startOrTakeUp(stage, { baselineOnly: true });
  let run = await follow(stage, runId);
  if (run.state === "waiting_for_review") {
    await approve(stage, runId, "a simple list first, as the yardstick");
    run = await followAfterReview(stage, run);
  }
  await conclude(stage, run, ["deployed"]);
}

/** The learned candidates against the list; a person decides. */
export async function secondRun(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.chapter("Second run: the learned candidates against it");
  const runId = await startOrTakeUp(stage, { baselineOnly: false });
  let run = await follow(stage, runId);
  if (run.state === "waiting_for_review") {
    narrator.chapter("The review");
    await decideReview(stage, runId);
    run = await followAfterReview(stage, run);
  }
  await conclude(stage, run, ["deployed", "no_change", "rejected"]);
}

async function conclude(stage: Stage, run: ShownRun, wanted: RunOutcome[]): Promise<void> {
  const { narrator, database } = stage;
  if (!run.outcome || !wanted.includes(run.outcome))
    throw new Error(
      `run "${run.id}": ended as ${run.outcome ?? run.state}: ${run.outcomeReason ?? "no reason was noted"}`,
    );
  const live = await findLive(database.db, MODEL);
  const what = live ? `version ${live.version} (${live.release.candidate}) is live` : "nothing is live";
  narrator.say(
    run.outcome === "deployed"
      ? `Deployed: ${what}.`
      : `The run ended as "${run.outcome.replace("_", " ")}": ${run.outcomeReason ?? ""} So ${what}.`,
  );
}
