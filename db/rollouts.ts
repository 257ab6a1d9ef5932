/** Stages of rollouts: begun, looked at, answered by a person, ended. The database's functions say what may be. */
import { type Kysely, type Selectable, sql } from "kysely";
import { type RolloutAnswer, type Stage, stageInWords } from "../core/rollout.ts";
import type { RolloutCheck } from "../core/rollout-judge.ts";
import { withRefusals } from "./refusals.ts";
import type { RolloutStageTable, Tables } from "./tables.ts";

export interface StageRef {
  runId: string;
  /** From 0, in the order of core/rollout.ts. */
  stage: number;
}

export type StageRow = Selectable<RolloutStageTable>;
/** `elapsedMs` is by the database's clock, as is `started_at`. */
export type TimedStage = StageRow & { elapsedMs: number };

/**
 * Puts a run's version beside the live one, as the stage says, and gives the time since when it is. A second call changes
 * nothing. @throws {Conflict} something else went live, or another version is being rolled out, or the run has ended
 * @throws {BrokenPromise} not enough people approved exactly this release @throws {NotAllowed} one of them may no longer
 */
export async function startStage(
  db: Kysely<Tables>,
  { runId, stage }: StageRef,
  { version, kind, share }: Pick<Stage, "kind" | "share"> & { version: number },
): Promise<Date> {
  const { rows } = await withRefusals(() =>
    sql<{
      begun: Date;
    }>`select start_stage(${runId}, ${version}, ${stage}, ${kind}, ${share}) as begun`.execute(db),
  );
  if (!rows[0]) throw new Error(`run "${runId}" stage ${stage}: the database gave no time`);
  return rows[0].begun;
}

/** A stage that has begun; undefined before. */
export async function findStage(
  db: Kysely<Tables>,
  { runId, stage }: StageRef,
): Promise<TimedStage | undefined> {
  return db
    .selectFrom("rollout_stage")
    .selectAll()
    .select(
      sql<number>`extract(epoch from clock_timestamp() - started_at)::double precision * 1000`.as(
        "elapsedMs",
      ),
    )
    .where("run_id", "=", runId)
    .where("stage", "=", stage)
    .executeTakeFirst();
}

/** Writes down what a look found. A stage that has ended stays as it was. */
export async function noteStage(
  db: Kysely<Tables>,
  { runId, stage }: StageRef,
  { state, checks }: { state: StageRow["state"]; checks: readonly RolloutCheck[] },
): Promise<void> {
  await sql`select note_stage(${runId}, ${stage}, ${state}, ${JSON.stringify(checks)}::jsonb)`.execute(db);
}

/** Nobody is answered by the run's version any more; what is live stays. A second call changes nothing. */
export async function endRollout(db: Kysely<Tables>, runId: string, reason: string): Promise<void> {
  await sql`select end_rollout(${runId}, ${reason})`.execute(db);
}

/**
 * What a person says of a stage, in the name of who holds `proof`: go on at once, or back. The first answer stands.
 * @returns the wake-up that the run still needs; undefined when the same was said before
 * @throws {Conflict} answered otherwise, or it has ended @throws {NotAllowed} @throws {NotFound} @throws {InvalidInput}
 */
export async function answerRollout(
  db: Kysely<Tables>,
  { runId, stage }: StageRef,
  { proof, answer, reason }: { proof: string; answer: RolloutAnswer; reason: string },
): Promise<string | undefined> {
  const { rows } = await withRefusals(() =>
    sql<{ woken: string | null }>`
      select answer_rollout(${proof}, ${runId}, ${stage}, ${answer}, ${reason}) as woken`.execute(db),
  );
  return rows[0]?.woken ?? undefined;
}

/** What a person said of a stage; undefined while nobody did. */
export async function findRolloutAnswer(
  db: Kysely<Tables>,
  { runId, stage }: StageRef,
): Promise<RolloutAnswer | undefined> {
  const row = await db
    .selectFrom("rollout_answer")
    .select("answer")
    .where("run_id", "=", runId)
    .where("stage", "=", stage)
    .executeTakeFirst();
  return row?.answer;
}

/** What a person said of a stage that has begun, if somebody did. */
export type StageWithAnswer = StageRow & {
  answer: RolloutAnswer | null;
  by: string | null;
  reason: string | null;
};

/** Stages of a run that have begun, in their order. */
export function listStages(db: Kysely<Tables>, runId: string): Promise<StageWithAnswer[]> {
  return withAnswers(db).where("rollout_stage.run_id", "=", runId).orderBy("rollout_stage.stage").execute();
}

function withAnswers(db: Kysely<Tables>) {
  return db
    .selectFrom("rollout_stage")
    .leftJoin("rollout_answer as said", (join) =>
      join.onRef("said.run_id", "=", "rollout_stage.run_id").onRef("said.stage", "=", "rollout_stage.stage"),
    )
    .leftJoin("person", "person.id", "said.person_id")
    .selectAll("rollout_stage")
    .select(["said.answer", "said.reason", "person.name as by"]);
}

/** Why a run's rollout ended, from its last stage: the person who ended it, or what failed. */
export async function describeLastStage(db: Kysely<Tables>, runId: string): Promise<string> {
  const last = (await listStages(db, runId)).at(-1);
  if (!last) return "before its first stage";
  const stage = stageInWords(last);
  if (last.answer === "back") return `${stage}: ended by ${last.by}: ${last.reason}`;
  const failed = (last.checks as RolloutCheck[]).filter(({ verdict }) => verdict === "fail");
  return `${stage}: ${failed.map(({ text }) => text).join("; ") || last.state}`;
}

/** Stages of a model's rollouts in which a version was asked or answered, with whose decision that was. */
export function listStagesOfModel(
  db: Kysely<Tables>,
  model: string,
): Promise<(StageRow & { by: string; champion_version: number | null })[]> {
  return db
    .selectFrom("rollout_stage as stage")
    .innerJoin("run", "run.id", "stage.run_id")
    .leftJoin("person", "person.id", "stage.person_id")
    .leftJoin("decision", (join) =>
      join.onRef("decision.run_id", "=", "stage.run_id").on("decision.rule", "is not", null),
    )
    .selectAll("stage")
    .select(["run.champion_version"])
    .select((of) => of.fn.coalesce("person.name", "decision.rule").$notNull().as("by"))
    .where("stage.model", "=", model)
    .where("stage.kind", "<>", "warm")
    .execute();
}
