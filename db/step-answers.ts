/** What a person said about a step that needed attention: one answer a round. */
import type { Insertable, Kysely, Selectable, Transaction } from "kysely";
import type { StepRef } from "../core/steps.ts";
import type { StepRow } from "./steps.ts";
import type { StepAnswerTable, Tables } from "./tables.ts";

export type StepAnswerRow = Selectable<StepAnswerTable>;

/** Locks a step's row until `trx` ends, so that of two answers one comes first. */
export function lockStep(trx: Transaction<Tables>, ref: StepRef): Promise<StepRow | undefined> {
  return trx
    .selectFrom("step")
    .selectAll()
    .where("run_id", "=", ref.runId)
    .where("name", "=", ref.step)
    .forUpdate()
    .executeTakeFirst();
}

/** The answer to one round, and whose it is; undefined while there is none. */
export function findStepAnswer(
  db: Kysely<Tables>,
  ref: StepRef,
  round: number,
): Promise<(StepAnswerRow & { person: string }) | undefined> {
  return db
    .selectFrom("step_answer")
    .innerJoin("person", "person.id", "step_answer.person_id")
    .selectAll("step_answer")
    .select("person.name as person")
    .where("run_id", "=", ref.runId)
    .where("step", "=", ref.step)
    .where("round", "=", round)
    .executeTakeFirst();
}

export function insertStepAnswer(
  trx: Transaction<Tables>,
  answer: Insertable<StepAnswerTable>,
): Promise<StepAnswerRow> {
  return trx.insertInto("step_answer").values(answer).returningAll().executeTakeFirstOrThrow();
}

/** Who ended the run at which step; undefined when nobody did. */
export function findAbort(
  db: Kysely<Tables>,
  runId: string,
): Promise<(StepAnswerRow & { person: string }) | undefined> {
  return db
    .selectFrom("step_answer")
    .innerJoin("person", "person.id", "step_answer.person_id")
    .selectAll("step_answer")
    .select("person.name as person")
    .where("run_id", "=", runId)
    .where("answer", "=", "abort")
    .orderBy("at")
    .executeTakeFirst();
}

/** Why the run ended, in one sentence. */
export function describeAbort({
  step,
  person,
  reason,
}: {
  step: string;
  person: string;
  reason: string;
}): string {
  return `aborted at ${step} by ${person}${reason ? `: ${reason}` : ""}`;
}
