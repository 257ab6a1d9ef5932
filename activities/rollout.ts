/** A signed version among real traffic: its stages, and what is found at each look at one. */
import { definitionSchema } from "../core/definition.ts";
import type { RolloutChecks } from "../core/definition-rollout.ts";
import { durationMs } from "../core/duration.ts";
import { NotFound } from "../core/errors.ts";
import { stagesOf } from "../core/rollout.ts";
import type { StageArms } from "../core/rollout-judge.ts";
import { type Look, lookAtStage, lookAtWarming } from "../core/rollout-look.ts";
import { areOutcomesJudged } from "../core/rollout-outcomes.ts";
import { getDefinition } from "../db/definitions.ts";
import { sumStageOutcomes } from "../db/rollout-outcomes.ts";
import * as rollouts from "../db/rollouts.ts";
import { getRun, setRunState } from "../db/runs.ts";
import { findFreeze } from "../db/safeguards.ts";
import { listServers, sumCounts } from "../db/servers.ts";
import { findStep, noteProgress } from "../db/steps.ts";
import { getVersion } from "../db/versions.ts";
import type { ActivityContext } from "./context.ts";

interface StageOfVersion extends rollouts.StageRef {
  version: number;
}

/** What the workflow needs to know of a look; the sentences are in the stage's row. */
export type StageLook = Pick<Look, "verdict" | "nextMs">;

export const rolloutActivities = ({ database: { db } }: ActivityContext) => {
  const read = async (runId: string, version: number) => {
    const run = await getRun(db, runId);
    const { release } = await getVersion(db, run.model, version);
    const { rollout } = definitionSchema.parse((await getDefinition(db, release.definitionDigest)).body);
    return { model: run.model, rollout, stages: stagesOf(rollout, run.champion_version !== null) };
  };
  const readArms = async (row: rollouts.TimedStage, checks: RolloutChecks): Promise<StageArms> => {
    const ref = { runId: row.run_id, stage: row.stage };
    const live = await sumCounts(db, { ...ref, arm: "champion" });
    if (row.kind !== "canary") return { live, candidate: await sumCounts(db, { ...ref, arm: "shadow" }) };
    const candidate = await sumCounts(db, { ...ref, arm: "canary" });
    if (!areOutcomesJudged(checks)) return { live, candidate };
    return {
      live,
      candidate,
      outcomes: await sumStageOutcomes(db, row, live.requests + candidate.requests),
    };
  };
  return {
    /** How many stages the version passes before it goes live. */
    async planRollout({ runId, version }: { runId: string; version: number }): Promise<{ stages: number }> {
      return { stages: (await read(runId, version)).stages.length };
    },

    /** For how long a freeze holds the run's model back yet; 0 when none does. Says so in the step's row. */
    async lookAtFreeze({ runId }: { runId: string }): Promise<{ waitMs: number }> {
      const { model } = await getRun(db, runId);
      const freeze = await findFreeze(db, model);
      const step = await findStep(db, { runId, step: "deploy" });
      if (step)
        await noteProgress(
          db,
          { runId, step: "deploy", round: step.round, attempt: step.attempt },
          freeze ? `waits for the end of a freeze, ${freeze.endsAt.toISOString()}: ${freeze.reason}` : "",
        );
      return { waitMs: freeze ? Math.ceil(freeze.leftMs) + 1 : 0 };
    },

    /**
     * Puts the version beside the live one, as the stage says. A stage that has begun goes on as it is.
     * @throws {Conflict} something else went live, or another version is being rolled out, or the run has ended
     * @throws {BrokenPromise} not enough people approved exactly this release
     */
    async startStage({ version, ...ref }: StageOfVersion): Promise<void> {
      const begun = await rollouts.findStage(db, ref);
      if (begun?.state === "passed") return;
      const { stages } = await read(ref.runId, version);
      await rollouts.startStage(db, ref, { version, ...stageAt(stages, ref) });
    },

    /** Judges the stage by what servers counted and what a person said, writes that down, and says when to look again. */
    async judgeStage({ version, ...ref }: StageOfVersion): Promise<StageLook> {
      const row = await rollouts.findStage(db, ref);
      if (!row) throw new NotFound(`run "${ref.runId}": stage ${ref.stage} of its rollout has not begun`);
      if (row.state === "passed") return { verdict: "go_on", nextMs: 0 };
      const { model, rollout, stages } = await read(ref.runId, version);
      const said = await rollouts.findRolloutAnswer(db, ref);
      const time = { elapsedMs: row.elapsedMs, patienceMs: durationMs(rollout.patience), said };
      const look =
        row.kind === "warm"
          ? lookAtWarming(await listServers(db), { model, version }, time)
          : lookAtStage(rollout.checks, await readArms(row, rollout.checks), {
              ...time,
              ...stageAt(stages, ref),
            });
      await rollouts.noteStage(db, ref, look);
      await setRunState(db, ref.runId, look.verdict === "hold" ? "needs_attention" : "running");
      return { verdict: look.verdict, nextMs: look.nextMs };
    },

    /** The version answers nobody any more; what is live stays. */
    async endRollout({ runId }: { runId: string }): Promise<void> {
      await rollouts.endRollout(db, runId, await rollouts.describeLastStage(db, runId));
    },
  };
};

function stageAt<Stage>(stages: readonly Stage[], { runId, stage }: rollouts.StageRef): Stage {
  const found = stages[stage];
  if (!found)
    throw new RangeError(`run "${runId}": its rollout has ${stages.length} stages, and no stage ${stage}`);
  return found;
}
