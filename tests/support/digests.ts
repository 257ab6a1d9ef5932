import type { Kysely } from "kysely";
import { listDeployments } from "../../db/deployments.ts";
import { findReview } from "../../db/reviews.ts";
import { listSteps } from "../../db/steps.ts";
import type { Tables } from "../../db/tables.ts";

/** Members of a step's detail that a clock, a machine's speed or a table's number decides. */
const DECIDED_ELSEWHERE = new Set([
  "snapshotId",
  "featureTableId",
  "tableName",
  "deliveredAt",
  "newestKnownTime",
  "trainSeconds",
  "logDigest",
  "answerMs",
]);

/**
 * All that an interrupted run must have in common with an undisturbed one: what each step took and gave, what was
 * signed, what went live. Equal data give equal ones, in whatever database.
 */
export async function digestsOf(db: Kysely<Tables>, runId: string) {
  const steps = await listSteps(db, runId);
  const review = await findReview(db, runId);
  const deployments = await listDeployments(db, "shelf");
  return {
    steps: Object.fromEntries(
      steps.map(({ name, state, input_digest, rows, detail }) => [
        name,
        { state, input_digest, rows, detail: name === "choose" ? chosenOf(detail) : lasting(detail) },
      ]),
    ),
    release: review?.release_digest,
    report: review?.report_digest,
    deployments: deployments.map(({ version, previous_version, fence, kind }) => ({
      version,
      previous_version,
      fence,
      kind,
    })),
  };
}

function lasting(detail: object | null) {
  return Object.fromEntries(Object.entries(detail ?? {}).filter(([key]) => !DECIDED_ELSEWHERE.has(key)));
}

/** The reason of a choice tells seconds, which differ. */
function chosenOf(detail: object | null) {
  const { chosen, isLiveAlready } = { ...detail } as { chosen?: unknown; isLiveAlready?: unknown };
  return { chosen, isLiveAlready };
}
