/** What a person said about a step that needed attention: one answer a round. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { NewStepAnswer } from "../core/api.ts";
import type { StepRef } from "../core/steps.ts";
import { withRefusals } from "./refusals.ts";
import type { StepAnswerTable, Tables } from "./tables.ts";

export type StepAnswerRow = Selectable<StepAnswerTable>;

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

/**
 * Writes what whoever holds `proof` says about a step, with its audit entry and wake-up. The same again gives the same.
 * @returns when it was first said, and the wake-up that the run still needs
 * @throws {Conflict} answered otherwise, or nothing waits for it @throws {NotAllowed} @throws {NotFound}
 */
export async function answerStep(
  db: Kysely<Tables>,
  { runId, step }: StepRef,
  { proof, round, answer, reason }: NewStepAnswer & { proof: string },
): Promise<{ at: Date; wakeUp: string | undefined }> {
  const { rows } = await withRefusals(() =>
    sql<{ said_at: Date; woken: string | null }>`
      select * from answer_step(${proof}, ${runId}, ${step}, ${round}, ${answer}, ${reason})`.execute(db),
  );
  const [row] = rows as [{ said_at: Date; woken: string | null }];
  return { at: row.said_at, wakeUp: row.woken ?? undefined };
}
