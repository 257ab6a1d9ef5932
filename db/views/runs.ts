/** Runs and their steps as the API and the CLI show them. */
import type { Kysely } from "kysely";
import type { RolloutStage, RunDetail, RunSummary, SetAsideRow, Step } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import type { RunState } from "../../core/steps.ts";
import { listStages } from "../rollouts.ts";
import { listSteps, type RunRow, type StepRow } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

const MOST_RUNS = 200;
const OPEN_STATES = ["running", "waiting_for_review", "needs_attention"] as const satisfies RunState[];

export function findRunOfWorkflow(db: Kysely<Tables>, workflowId: string): Promise<RunRow | undefined> {
  return db.selectFrom("run").selectAll().where("workflow_id", "=", workflowId).executeTakeFirst();
}

/** Runs of a model that go on, the oldest first. */
export function listOpenRuns(db: Kysely<Tables>, model: string): Promise<RunRow[]> {
  return db
    .selectFrom("run")
    .selectAll()
    .where("model", "=", model)
    .where("state", "in", OPEN_STATES)
    .orderBy("opened_at")
    .orderBy("id")
    .execute();
}

/** The newest 200 runs of this model and state, or of all; the newest first. */
export async function listRuns(
  db: Kysely<Tables>,
  only: { model?: string | undefined; state?: RunState | undefined } = {},
): Promise<RunSummary[]> {
  let query = selectRuns(db).orderBy("run.opened_at", "desc").orderBy("run.id").limit(MOST_RUNS);
  if (only.model !== undefined) query = query.where("run.model", "=", only.model);
  if (only.state !== undefined) query = query.where("run.state", "=", only.state);
  return (await query.execute()).map(toSummary);
}

export interface FailedStep {
  runId: string;
  step: string;
  error: string;
}

/** Steps of these runs that need a person's answer, in the order of each run's graph. */
export function listFailedSteps(db: Kysely<Tables>, runIds: readonly string[]): Promise<FailedStep[]> {
  if (runIds.length === 0) return Promise.resolve([]);
  return db
    .selectFrom("step")
    .select((eb) => [
      "run_id as runId",
      "name as step",
      eb.fn.coalesce("error_message", eb.val("")).as("error"),
    ])
    .where("run_id", "in", runIds)
    .where("state", "=", "needs_attention")
    .orderBy("run_id")
    .orderBy("position")
    .execute();
}

/** @throws {NotFound} */
export async function getRunSummary(db: Kysely<Tables>, runId: string): Promise<RunSummary> {
  return toSummary(await getRow(db, runId));
}

/** A run with its steps in the order of its graph. @throws {NotFound} */
export async function getRunDetail(
  db: Kysely<Tables>,
  runId: string,
): Promise<Omit<RunDetail, "temporalUrl">> {
  const row = await getRow(db, runId);
  return {
    ...toSummary(row),
    definitionDigest: row.definition_digest,
    steps: (await listSteps(db, runId)).map(toStep),
    rollout: await listRollout(db, runId),
  };
}

/** The stages of a run's rollout that have begun, in their order. */
export async function listRollout(db: Kysely<Tables>, runId: string): Promise<RolloutStage[]> {
  return (await listStages(db, runId)).map((row) => ({
    ...{ stage: row.stage, kind: row.kind, share: row.share, state: row.state },
    startedAt: iso(row.started_at),
    endedAt: row.ended_at && iso(row.ended_at),
    checks: row.checks as RolloutStage["checks"],
    answer: row.answer && { answer: row.answer, by: row.by ?? "", reason: row.reason ?? "" },
  }));
}

/** Rows that the run's sources set aside, by source and line, at most `limit`. @throws {NotFound} no such run */
export async function listSetAside(db: Kysely<Tables>, runId: string, limit: number): Promise<SetAsideRow[]> {
  await getRow(db, runId);
  const snapshots = await listSnapshotIds(db, runId);
  if (snapshots.length === 0) return [];
  return db
    .selectFrom("set_aside_row")
    .innerJoin("snapshot", "snapshot.id", "set_aside_row.snapshot_id")
    .select(["snapshot.source", "set_aside_row.line", "set_aside_row.reason", "set_aside_row.raw"])
    .where("set_aside_row.snapshot_id", "in", snapshots)
    .orderBy("snapshot.source")
    .orderBy("set_aside_row.line")
    .limit(limit)
    .execute();
}

/** How many rows the run's sources set aside. */
export async function countSetAside(db: Kysely<Tables>, runId: string): Promise<number> {
  const snapshots = await listSnapshotIds(db, runId);
  if (snapshots.length === 0) return 0;
  const { rows } = await db
    .selectFrom("set_aside_row")
    .select((eb) => eb.fn.countAll<string>().as("rows"))
    .where("snapshot_id", "in", snapshots)
    .executeTakeFirstOrThrow();
  return Number(rows);
}

/** The snapshots that the run's steps made or reused. */
async function listSnapshotIds(db: Kysely<Tables>, runId: string): Promise<number[]> {
  const steps = await listSteps(db, runId);
  return steps.map((step) => Number(step.detail?.["snapshotId"])).filter((id) => Number.isSafeInteger(id));
}

async function getRow(db: Kysely<Tables>, runId: string) {
  const row = await selectRuns(db).where("run.id", "=", runId).executeTakeFirst();
  if (!row) throw new NotFound(`run "${runId}": is not in the database; see "holt runs"`);
  return row;
}

function selectRuns(db: Kysely<Tables>) {
  return db
    .selectFrom("run")
    .leftJoin("person", "person.id", "run.person_id")
    .selectAll("run")
    .select("person.name as started_by");
}

function toSummary(row: RunRow & { started_by: string | null }): RunSummary {
  return {
    id: row.id,
    model: row.model,
    state: row.state,
    outcome: row.outcome,
    outcomeReason: row.outcome_reason,
    trigger: row.trigger,
    startedBy: row.started_by,
    baselineOnly: row.baseline_only,
    asOf: iso(row.as_of),
    openedAt: iso(row.opened_at),
    finishedAt: iso(row.finished_at),
    workflowId: row.workflow_id,
  };
}

function toStep(row: StepRow): Step {
  return {
    name: row.name,
    kind: row.kind,
    after: row.after,
    skippable: row.skippable,
    state: row.state,
    attempt: row.attempt,
    round: row.round,
    progress: row.progress,
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
    summary: row.summary,
    rows: row.rows,
    reusedFromRun: row.reused_from_run,
    error:
      row.error_code === null
        ? null
        : { code: row.error_code, message: row.error_message ?? "", logTail: row.log_tail },
  };
}
