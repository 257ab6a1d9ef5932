/** Rows of `step` and `step_result`: one function a statement. */
import { type Kysely, type Selectable, sql, type Updateable } from "kysely";
import { Conflict } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { GraphNode, StepKind, StepRef, StepResult } from "../core/steps.ts";
import { withRefusals } from "./refusals.ts";
import type { RunTable, StepTable, Tables } from "./tables.ts";

export type RunRow = Selectable<RunTable>;
export type StepRow = Selectable<StepTable>;

export function findRun(db: Kysely<Tables>, runId: string): Promise<RunRow | undefined> {
  return db.selectFrom("run").selectAll().where("id", "=", runId).executeTakeFirst();
}

export function findStep(db: Kysely<Tables>, ref: StepRef): Promise<StepRow | undefined> {
  return db
    .selectFrom("step")
    .selectAll()
    .where("run_id", "=", ref.runId)
    .where("name", "=", ref.step)
    .executeTakeFirst();
}

/** All steps of a run in the order of its graph. */
export function listSteps(db: Kysely<Tables>, runId: string): Promise<StepRow[]> {
  return db.selectFrom("step").selectAll().where("run_id", "=", runId).orderBy("position").execute();
}

/** Writes the run's graph as waiting steps; a second call changes nothing. */
export async function addSteps(
  db: Kysely<Tables>,
  runId: string,
  nodes: readonly GraphNode[],
): Promise<void> {
  const rows = nodes.map((node, position) => ({ run_id: runId, position, ...node }));
  await db
    .insertInto("step")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** An attempt at the step begins. One that comes after the step has ended well changes nothing. */
export async function startStep(db: Kysely<Tables>, ref: StepRef, attempt: number): Promise<void> {
  await db
    .updateTable("step")
    .set({ state: "running", attempt, progress: null, started_at: new Date(), finished_at: null })
    .where("run_id", "=", ref.runId)
    .where("name", "=", ref.step)
    .where("state", "not in", ["done", "reused"])
    .execute();
}

/** One attempt at a step. Its writes count only while no later attempt has begun, and no person has answered. */
export interface StepAttempt extends StepRef {
  round: number;
  attempt: number;
}

export async function noteProgress(db: Kysely<Tables>, of: StepAttempt, progress: string): Promise<void> {
  await updateAttempt(db, of, { progress });
}

/** The attempt failed; more may come. */
export async function noteStepError(
  db: Kysely<Tables>,
  of: StepAttempt,
  error: { code: string; message: string; logTail: string | null },
): Promise<void> {
  await updateAttempt(db, of, {
    error_code: error.code,
    error_message: error.message,
    log_tail: error.logTail,
  });
}

export interface StepEnd {
  state: "done" | "reused";
  inputDigest: string;
  reusedFromRun: string | null;
  result: StepResult;
}

/** Ends an attempt's step. @throws {Conflict} a later attempt has begun, so this one's result doesn't count */
export async function endAttempt(db: Kysely<Tables>, of: StepAttempt, end: StepEnd): Promise<void> {
  const counted = await updateAttempt(db, of, changeOf(end));
  if (!counted)
    throw new Conflict(
      `run "${of.runId}" step "${of.step}": attempt ${of.attempt} was given up before it ended`,
    );
}

export async function endStep(db: Kysely<Tables>, ref: StepRef, end: StepEnd): Promise<void> {
  await updateStep(db, ref, changeOf(end));
}

function changeOf(end: StepEnd): Updateable<StepTable> {
  return {
    state: end.state,
    input_digest: end.inputDigest,
    reused_from_run: end.reusedFromRun,
    summary: end.result.summary,
    rows: end.result.rows ?? null,
    detail: JSON.stringify(end.result.detail),
    progress: null,
    error_code: null,
    error_message: null,
    log_tail: null,
    finished_at: new Date(),
  };
}

/**
 * The step has failed for good, the `round`th time, and waits for a person. Once this round or the step's end is
 * written, a second call changes nothing. A log that its last attempt left stays.
 */
export async function putBeforePerson(
  db: Kysely<Tables>,
  ref: StepRef,
  failed: { round: number; code: string; message: string },
): Promise<void> {
  await db
    .updateTable("step")
    .set({
      state: "needs_attention",
      round: failed.round,
      error_code: failed.code,
      error_message: failed.message,
      progress: null,
      finished_at: null,
    })
    .where("run_id", "=", ref.runId)
    .where("name", "=", ref.step)
    .where("round", "<", failed.round)
    .where("state", "not in", ["done", "reused"])
    .execute();
}

/** A person answered "retry": the step waits for its place again, its error stays to be seen until it ends. */
export async function waitAgain(db: Kysely<Tables>, ref: StepRef): Promise<void> {
  await updateStep(db, ref, { state: "waiting" });
}

/**
 * Leaves a step out, since a person said so, or with the training that it would judge. A second call changes nothing.
 * @throws {NotAllowed} nobody said so @throws {Conflict} it is done, or the run has ended @throws {NotFound}
 */
export async function skipStep(db: Kysely<Tables>, { runId, step }: StepRef): Promise<void> {
  await withRefusals(() => sql`select skip_step(${runId}, ${step})`.execute(db));
}

async function updateAttempt(
  db: Kysely<Tables>,
  of: StepAttempt,
  change: Updateable<StepTable>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("step")
    .set(change)
    .where("run_id", "=", of.runId)
    .where("name", "=", of.step)
    .where("state", "=", "running")
    .where("round", "=", of.round)
    .where("attempt", "=", of.attempt)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function updateStep(db: Kysely<Tables>, ref: StepRef, change: Updateable<StepTable>): Promise<void> {
  await db
    .updateTable("step")
    .set(change)
    .where("run_id", "=", ref.runId)
    .where("name", "=", ref.step)
    .execute();
}

/** The result that a step with the same inputs gave before, and the run that it comes from. */
export async function findStepResult(
  db: Kysely<Tables>,
  inputDigest: string,
): Promise<{ result: StepResult; runId: string } | undefined> {
  const row = await db
    .selectFrom("step_result")
    .selectAll()
    .where("input_digest", "=", inputDigest)
    .executeTakeFirst();
  return row && { result: row.result as StepResult, runId: row.run_id };
}

/** Keeps a result for later runs; the newest wins, since it is the one whose tables and artifacts were seen last. */
export async function keepStepResult(
  db: Kysely<Tables>,
  kept: { inputDigest: string; kind: StepKind; result: StepResult; runId: string },
): Promise<void> {
  const row = { kind: kept.kind, result: JSON.stringify(kept.result), run_id: kept.runId };
  await db
    .insertInto("step_result")
    .values({ input_digest: kept.inputDigest, ...row })
    .onConflict((conflict) => conflict.column("input_digest").doUpdateSet(row))
    .execute();
}

/** What an earlier step of the run left for later ones; undefined when it was skipped or isn't part of the run. */
export async function findStepDetail(db: Kysely<Tables>, ref: StepRef): Promise<JsonObject | undefined> {
  const row = await findStep(db, ref);
  return row?.detail ?? undefined;
}
