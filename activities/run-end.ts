import type { Kysely } from "kysely";
import type { ChooseDetail, DeployDetail, ReviewDetail } from "../core/step-details.ts";
import type { RunOutcome } from "../core/steps.ts";
import { describeLastStage } from "../db/rollouts.ts";
import { findStep, findStepDetail } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";

/** Why a run ended as it did, in one sentence, from what its steps left. */
export async function describeEnd(db: Kysely<Tables>, runId: string, outcome: RunOutcome): Promise<string> {
  const detailOf = async <T>(step: string) => (await findStepDetail(db, { runId, step })) as T | undefined;
  switch (outcome) {
    case "deployed":
      return `version ${(await detailOf<DeployDetail>("deploy"))?.version} is live`;
    case "rolled_back":
      return describeLastStage(db, runId);
    case "no_change":
      return (await detailOf<ChooseDetail>("choose"))?.reason ?? "what was chosen is live already";
    case "qa_failed":
      return (await findStep(db, { runId, step: "qa" }))?.summary ?? "a check of severity error failed";
    case "rejected": {
      const detail = await detailOf<ReviewDetail>("review");
      return `rejected by ${detail?.by.join(", ")}: ${detail?.reason}`;
    }
    case "superseded":
      return (await findStep(db, { runId, step: "review" }))?.summary ?? "a newer run took its place";
    case "expired":
      return "nobody decided in time";
    case "aborted":
      return ""; // what the person said, which the database finds
    case "failed":
      return "its workflow broke; see it in Temporal";
  }
}
