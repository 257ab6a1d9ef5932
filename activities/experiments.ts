/** One look at an experiment: sums brought up to date, arms compared, the finding written down, and what follows done. */
import { cancellationSignal } from "@temporalio/activity";
import { durationMs } from "../core/duration.ts";
import { NEVER_RETRIED } from "../core/errors.ts";
import { analyse, type Found } from "../core/experiment/analyse.ts";
import { daySums } from "../core/experiment/day-sums.ts";
import type { ArmCounts } from "../core/experiment/look.ts";
import { pauseOf } from "../core/experiment/pause.ts";
import { plannedUnits } from "../core/experiment/planned-units.ts";
import { sayMismatch } from "../core/experiment/verdict-words.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { type GivenDay, listGiven } from "../db/experiment-given.ts";
import { type IntakeDay, saveIntake } from "../db/experiment-intake.ts";
import * as looks from "../db/experiment-looks.ts";
import { listStoppedArms, stopArm } from "../db/experiment-stopped-arms.ts";
import { listAgeSums, listArmAnswers, listArmUnits, listSums, refreshSums } from "../db/experiment-sums.ts";
import { getExperiment } from "../db/experiments.ts";
import type { FailedMetric } from "../db/own-metrics.ts";
import { getVersion } from "../db/versions.ts";
import { checkRelease } from "../scoring/release-check.ts";
import type { ActivityContext } from "./context.ts";
import { experimentNotices } from "./experiment-notices.ts";

const DAY_MS = 86_400_000;

/** What the workflow needs to know; the sentences are in rows. */
export interface NextLook {
  isEnded: boolean;
  nextMs: number;
  /** Waits for a person. */
  waits: boolean;
  /** Until somebody resumes it. */
  isPaused?: boolean;
}

/** A resume wakes the workflow; it looks for one by itself too, should that get lost. */
const PAUSED_MS = 86_400_000;

export const experimentActivities = (context: ActivityContext) => {
  const { db } = context.database;
  const notices = experimentNotices(db);
  return {
    /** Looks once, and ends the experiment where its plan has Holt do that. A second look of the same day takes the first one's place. */
    async lookAtExperiment({ experimentId: id }: { experimentId: string }): Promise<NextLook> {
      const experiment = await getExperiment(db, id);
      const { plan } = experiment;
      if (experiment.endedAt !== null) {
        await notices.tellEnd(experiment);
        return { isEnded: true, nextMs: 0, waits: false };
      }
      if (pauseOf(experiment)) return { isEnded: false, nextMs: PAUSED_MS, waits: true, isPaused: true };
      // before the exposures: those of answers that a server counted are there by then, or lost
      const given = plan.holdout ? [] : await listGiven(db, id);
      const own = { ingest: context.ingest, signal: cancellationSignal() };
      const { failed } = await refreshSums(db, { experimentId: id, own });
      const [kept, ages, intake, before, stopped] = await Promise.all([
        listSums(db, id),
        listAgeSums(db, id),
        listArmUnits(db, id),
        looks.getCourse(db, id),
        listStoppedArms(db, id),
      ]);
      await saveIntake(db, id, intake);
      const counts = await countArms(id, intake, given);
      const sums = daySums(
        plan,
        kept.filter((row) => !failed.some(({ metric }) => metric === row.metric)),
      );
      const course = {
        ...before,
        plannedUnits: before.plannedUnits ?? plannedUnits(plan, sums),
        newUnits: byDay(intake),
        ...{ ages, stopped },
      };
      const found = withFailed(analyse(plan, sums, counts, course), failed);
      const waitsFor = whatItWaitsFor(experiment, found, failed);
      await write(id, found, course, waitsFor);
      const stopping = await stopHarmful(experiment, found, course);
      const settled = stopping ?? (await settle(experiment, found, course));
      const waits = waitsFor !== null || settled === "refused";
      await notices.tellFound(experiment, found, waitsFor);
      if (settled === "ended") await notices.tellEnd(await getExperiment(db, id));
      return { isEnded: settled === "ended", nextMs: durationMs(plan.lookEvery), waits };
    },
  };

  async function countArms(
    id: string,
    intake: readonly IntakeDay[],
    given: readonly GivenDay[],
  ): Promise<ArmCounts[]> {
    const counts = new Map<string, ArmCounts>();
    const of = (arm: string) => {
      const found = counts.get(arm) ?? { arm, units: 0, answers: 0, fallbacks: 0 };
      counts.set(arm, found);
      return found;
    };
    for (const { arm, units } of intake) of(arm).units += units;
    const answered = await listArmAnswers(db, id);
    for (const { arm, answers, fallbacks } of answered) {
      of(arm).answers += answers;
      of(arm).fallbacks += fallbacks;
    }
    for (const { arm, day, answers, notKept } of given) {
      const came = answered.find((one) => one.arm === arm && one.day === day)?.answers ?? 0;
      const sum = of(arm).given ?? { answers: 0, recorded: 0, notKept: 0 };
      // more came than was counted where a server was killed within a second, or counted nothing yet
      const recorded = sum.recorded + Math.min(answers, came);
      of(arm).given = { answers: sum.answers + answers, recorded, notKept: sum.notKept + notKept };
    }
    return [...counts.values()];
  }

  async function write(
    id: string,
    found: Found,
    course: looks.FoundCourse,
    waitsFor: string | null,
  ): Promise<void> {
    const { verdict, arm, reason, sampleRatio, ...analysis } = found;
    const look = { verdict, arm: arm ?? null, reason, analysis: { ...analysis, sampleRatio } };
    await looks.saveLook(
      db,
      id,
      { day: Math.floor(course.elapsedDays), ...look },
      { plannedUnits: course.plannedUnits, isMismatch: sampleRatio.isMismatch, waitsFor },
    );
  }

  /** Of several arms those that do harm, while others are still open; where none is, the experiment ends as a whole. */
  async function stopHarmful(
    { id, plan }: Experiment,
    found: Found,
    course: looks.FoundCourse,
  ): Promise<"refused" | undefined> {
    const { verdict, arms, sampleRatio } = found;
    if (plan.aa || plan.holdout || sampleRatio.isMismatch || verdict === "stop" || verdict === "inconclusive")
      return undefined;
    try {
      for (const { arm, verdict: of, stoppedAt } of arms)
        if (of === "stop" && stoppedAt === undefined) await stopArm(db, id, arm);
      return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await write(id, found, course, error.message);
      return "refused";
    }
  }

  /** A refusal, as by a freeze or for a file that is gone, is what it waits for until the next look: people see it, and no look fails. */
  async function settle(
    { id, model, plan }: Experiment,
    found: Found,
    course: looks.FoundCourse,
  ): Promise<"ended" | "refused" | "goes on"> {
    if (found.verdict === "go_on" || (found.verdict === "ship" && plan.confirm === "person"))
      return "goes on";
    try {
      if (found.verdict === "ship") await assertAnswers(model, plan, found.arm);
      await looks.settleExperiment(db, id);
      return "ended";
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await write(id, found, course, error.message);
      return "refused";
    }
  }

  /** The arm's release is whole, and answers as when it was trained. @throws {BrokenPromise} it is not */
  async function assertAnswers(model: string, { arms }: FrozenPlan, arm: string | undefined): Promise<void> {
    const version = arms.find(({ name }) => name === arm)?.version;
    if (version === null || version === undefined) return;
    const { release } = await getVersion(db, model, version);
    await checkRelease(context.artifacts, { release, place: `model "${model}" version ${version}` });
  }
};

/** Units of all arms, from the first day on which there were any until the last. */
function byDay(intake: readonly IntakeDay[]): number[] {
  const [first, last] = [intake[0]?.day, intake.at(-1)?.day];
  if (first === undefined || last === undefined) return [];
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS;
  return Array.from({ length: days + 1 }, (_, at) => {
    const day = new Date(Date.parse(first) + at * DAY_MS).toISOString().slice(0, 10);
    return intake.reduce((sum, one) => sum + (one.day === day ? one.units : 0), 0);
  });
}

/** Without one of its metrics a look can find harm by the others, and nothing else: it neither ships nor ends. */
function withFailed(found: Found, failed: readonly FailedMetric[]): Found {
  const [first] = failed;
  if (!first || found.verdict === "stop" || found.sampleRatio.isMismatch) return found;
  return { ...found, verdict: "go_on", arm: undefined, reason: `cannot be told: ${first.message}` };
}

/** In words for a person; null when it goes on by itself. */
function whatItWaitsFor(
  { id, plan }: Experiment,
  { verdict, arm, sampleRatio }: Found,
  failed: readonly FailedMetric[],
): string | null {
  if (sampleRatio.isMismatch)
    return `${sayMismatch(sampleRatio)}: find out why, then holt experiment end ${id}, and start another`;
  if (failed[0] && verdict !== "stop") return failed[0].message;
  if (verdict === "ship" && plan.confirm === "person")
    return `a person is to confirm arm "${arm}": holt experiment ship ${id} --arm ${arm}, or holt experiment end ${id}`;
  return null;
}

/** What would be refused again at once: whoever reads of it has to act, and the next look tries it again. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && NEVER_RETRIED.some((name) => name === error.name);
}
