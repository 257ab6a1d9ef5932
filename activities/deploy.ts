/** The last step: a signed release gets its number, is tried, measured, and goes live in one flip. */

import { activityInfo, cancellationSignal } from "@temporalio/activity";
import type { Transaction } from "kysely";
import { definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import { maxSizeMbOf } from "../core/model-limit.ts";
import type { Release } from "../core/release.ts";
import type { DeployDetail, QaDetail } from "../core/step-details.ts";
import { formatCount } from "../core/words.ts";
import { getDefinition } from "../db/definitions.ts";
import * as deployments from "../db/deployments.ts";
import { findRelease, getReport } from "../db/releases.ts";
import { getRun } from "../db/runs.ts";
import * as steps from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { addVersionLatency } from "../db/version-latency.ts";
import * as versions from "../db/versions.ts";
import { checkAndTimeRelease, checkRelease } from "../scoring/release-check.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import { measureReference } from "./monitor-reference.ts";
import { trySmoke } from "./smoke-test.ts";
import { StaticFiles } from "./static-files.ts";
import { makeStaticLists } from "./static-lists.ts";
import { writeLists } from "./write-lists.ts";

const STEP = "deploy";

interface RunVersion {
  runId: string;
  version: number;
}

export const deployActivities = (context: ActivityContext) => {
  const { db } = context.database;
  const staticFiles = new StaticFiles(context);
  /** What the run's step "qa" put forward. @throws {NotFound} it left nothing */
  const getReleaseOf = async (runId: string): Promise<Release> => {
    const qa = (await steps.findStepDetail(db, { runId, step: "qa" })) as QaDetail | undefined;
    const release = qa && (await findRelease(db, qa.releaseDigest));
    if (!release) throw new NotFound(`run "${runId}": step "qa" left no release; start the run again`);
    return release;
  };
  /** @throws {BrokenPromise} the definition was changed */
  const getLimitOf = async ({ definitionDigest, candidate }: Release): Promise<number | undefined> => {
    const { success, data } = definitionSchema
      .pick({ candidates: true })
      .loose()
      .safeParse((await getDefinition(db, definitionDigest)).body);
    return success ? maxSizeMbOf(data, candidate) : undefined;
  };
  return {
    /**
     * Gives the run's release its number, once its files are there, its model has loaded and answered its golden rows as when
     * it was trained; a release that has one keeps it. @throws {BrokenPromise} a file is another, or too few approved it
     */
    async registerVersion({ runId }: { runId: string }): Promise<{ version: number }> {
      await steps.startStep(db, { runId, step: STEP }, activityInfo().attempt);
      const release = await getReleaseOf(runId);
      const { model } = release;
      const place = `model "${model}" of run "${runId}"`;
      const maxSizeMb = await getLimitOf(release);
      const latency = await checkAndTimeRelease(context.artifacts, { release, place, maxSizeMb });
      const version = await versions.registerVersion(db, runId);
      if (latency) await addVersionLatency(db, { model, version }, latency);
      // a folder that cannot be written to is told of before the rollout's days, not after
      await staticFiles.rehearse(await versions.getVersion(db, model, version), cancellationSignal());
      return { version };
    },

    /** Loads the version's files by their digests and asks them for real people. @throws {BrokenPromise} an answer is wrong */
    async smokeTest({ runId, version }: RunVersion): Promise<void> {
      const { model } = await getRun(db, runId);
      await trySmoke(context, runId, await versions.getVersion(db, model, version));
    },

    /**
     * Measures what the monitor will hold the version to, and writes everybody's list where the definition has the version
     * materialised, or what goes with items where it has it static. Another call goes on from the lists that are committed.
     */
    async measureReference({ runId, version }: RunVersion): Promise<void> {
      const { model } = await getRun(db, runId);
      const signal = cancellationSignal();
      await measureReference(context, model, version, signal);
      const say = async (words: string) => {
        const step = await steps.findStep(db, { runId, step: STEP });
        if (!step) return;
        const { attempt, round } = step;
        await steps.noteProgress(db, { ...{ runId, step: STEP }, attempt, round }, words);
      };
      await writeLists(context, { model, version }, signal, (people) =>
        say(`lists of ${formatCount(people)} people written`),
      );
      await makeStaticLists(context, { model, version }, signal, (items) =>
        say(`what goes with ${formatCount(items)} items asked`),
      );
    },

    /**
     * Makes the version live if what was live when the run opened still is: that is what it was judged against. Looks at its
     * files and asks its model the golden rows first, since a rollout may have taken days. A static version's file could be
     * written before, and is written after.
     * A second call changes nothing. @throws {Conflict} another version is live @throws {BrokenPromise} it is not signed
     */
    async flipLive({ runId, version }: RunVersion): Promise<void> {
      const { model } = await getRun(db, runId);
      const numbered = await versions.getVersion(db, model, version);
      const { release } = numbered;
      const place = `model "${model}" version ${version}`;
      await checkRelease(context.artifacts, { release, place, maxSizeMb: await getLimitOf(release) });
      await staticFiles.rehearse(numbered, cancellationSignal());
      await db.transaction().execute(async (trx) => {
        const { model } = await getRun(trx, runId);
        const { release } = await versions.getVersion(trx, model, version);
        // What this run itself made; the database compares it with what people signed.
        const qa = (await steps.findStepDetail(trx, { runId, step: "qa" })) as QaDetail | undefined;
        if (!qa) throw new NotFound(`run "${runId}": step "qa" left no report; start the run again`);
        await assertUnchanged(trx, { ...qa, definitionDigest: release.definitionDigest });
        const deployment = await deployments.deploy(
          trx,
          { runId, version },
          { artifactDigest: release.artifactDigest, reportDigest: qa.reportDigest },
        );
        await failpoint("in flip");
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
            inputDigest: digestOf({ kind: STEP, inputs: { release: qa.releaseDigest } }),
            reusedFromRun: null,
            result: { summary: `version ${detail.version} is live${before}`, detail },
          },
        );
      });
      await staticFiles.publish(model, cancellationSignal());
    },
  };
};

/** The release was checked as it was read; so are the report and the rules that the decision goes by. @throws {BrokenPromise} */
async function assertUnchanged(
  trx: Transaction<Tables>,
  { reportDigest, definitionDigest }: { reportDigest: string; definitionDigest: string },
): Promise<void> {
  await getReport(trx, reportDigest);
  await getDefinition(trx, definitionDigest);
}
