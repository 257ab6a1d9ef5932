/** The last step: a signed release gets its number, is tried, measured, and goes live in one flip. */

import { activityInfo } from "@temporalio/activity";
import { BrokenPromise, NotFound } from "../core/errors.ts";
import type { DeployDetail } from "../core/step-details.ts";
import { findDecision } from "../db/decisions.ts";
import * as deployments from "../db/deployments.ts";
import { getReview } from "../db/reviews.ts";
import { getRun } from "../db/runs.ts";
import * as steps from "../db/steps.ts";
import * as versions from "../db/versions.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { measureReference } from "./monitor-reference.ts";
import { trySmoke } from "./smoke-test.ts";

const STEP = "deploy";

interface RunVersion {
  runId: string;
  version: number;
}

export const deployActivities = (context: ActivityContext) => {
  const { db } = context.database;
  return {
    /** Gives the run's release its number; a release that has one keeps it. @throws {BrokenPromise} nobody approved it */
    async registerVersion({ runId }: { runId: string }): Promise<{ version: number }> {
      await steps.startStep(db, { runId, step: STEP }, activityInfo().attempt);
      const version = await db.transaction().execute(async (trx) => {
        const { model } = await getRun(trx, runId);
        const review = await getReview(trx, runId);
        const decision = await findDecision(trx, runId);
        if (decision?.verdict !== "approve")
          throw new BrokenPromise(`run "${runId}": nobody approved its release; have it reviewed`);
        return versions.registerVersion(trx, {
          model,
          runId,
          releaseDigest: review.release_digest,
          decisionId: decision.id,
        });
      });
      return { version };
    },

    /** Loads the version's files by their digests and asks them for real people. @throws {BrokenPromise} an answer is wrong */
    async smokeTest({ runId, version }: RunVersion): Promise<void> {
      const { model } = await getRun(db, runId);
      await trySmoke(context, runId, await versions.getVersion(db, model, version));
    },

    /** Measures what the monitor will hold the version to. */
    async measureReference({ runId, version }: RunVersion): Promise<void> {
      const { model } = await getRun(db, runId);
      await measureReference(context, model, version);
    },

    /**
     * Makes the version live if what was live when the run opened still is: that is what it was judged against.
     * A second call changes nothing. @throws {Conflict} another version is live
     */
    async flipLive({ runId, version }: RunVersion): Promise<void> {
      await db.transaction().execute(async (trx) => {
        const run = await getRun(trx, runId);
        const decision = await findDecision(trx, runId);
        if (!decision) throw new NotFound(`run "${runId}": has no decision; see "holt run show ${runId}"`);
        const deployment = await deployments.flipLive(trx, {
          model: run.model,
          expected: run.champion_version,
          next: version,
          kind: "deploy",
          runId,
          personId: decision.person_id,
          reason: decision.reason || "approved",
        });
        const step = await steps.findStep(trx, { runId, step: STEP });
        if (step?.state === "done") return;
        const detail: DeployDetail = {
          version: deployment.version,
          previousVersion: deployment.previous_version,
        };
        const before =
          detail.previousVersion === null ? "" : ` in place of version ${detail.previousVersion}`;
        await steps.endStep(
          trx,
          { runId, step: STEP },
          {
            state: "done",
            inputDigest: digestOf({ kind: STEP, inputs: { release: decision.release_digest } }),
            reusedFromRun: null,
            result: { summary: `version ${detail.version} is live${before}`, detail },
          },
        );
      });
    },
  };
};
