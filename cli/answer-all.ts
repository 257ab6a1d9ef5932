/** One answer to all that failed at a step: which they are, and what came of it. */
import { InvalidInput } from "../core/errors.ts";
import { newAnswersSchema } from "../core/failed-steps-api.ts";
import type { StepAnswer } from "../core/steps.ts";
import { listWaitingSteps } from "../db/failed-steps.ts";
import { answerFailedSteps } from "../operations/answer-failed-steps.ts";
import type { CommandResult } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { drawTable } from "./print/table.ts";
import { type Session, withSession } from "./session.ts";

/** As many as a person would look through. */
const MOST_SHOWN = 200;

interface Wanted {
  at: string;
  model?: string;
  since?: Date;
  dryRun?: true;
  reason: string;
}

/** Answers them, or with `dryRun` only names them. Exit code 1: some could not be answered so. */
export async function answerAll(
  answer: StepAnswer,
  { dryRun, since, ...rest }: Wanted,
): Promise<CommandResult> {
  const asked = newAnswersSchema.safeParse({ answer, ...rest, ...(since && { since: since.toISOString() }) });
  if (!asked.success) {
    const [issue] = asked.error.issues;
    const name = String(issue?.path[0] ?? "at");
    throw new InvalidInput(`--${name}: "${rest[name as "at"]}" ${issue?.message}`);
  }
  return withSession(async (session) => {
    if (dryRun) return name(session, { ...rest, since });
    const done = await answerFailedSteps(session, await session.actor(), asked.data);
    const { answered, refused, left } = done;
    const lines = [
      ...answered.map(({ runId, step, by }) => `run ${runId} step ${step}: ${answer} (by ${by})`),
      ...refused.map(({ why }) => `not answered: ${why}`),
      answered.length + refused.length === 0
        ? `Nothing needs attention at ${rest.at} there.`
        : `${answered.length} answered, ${refused.length} not${left > 0 ? `, ${left} more; give the command again` : ""}`,
    ];
    return { text: lines.join("\n"), data: done, exitCode: refused.length > 0 ? EXIT.failed : EXIT.done };
  });
}

async function name(
  { database }: Session,
  only: { at: string; model?: string | undefined; since: Date | undefined },
): Promise<CommandResult> {
  const { steps, count } = await listWaitingSteps(database.db, { ...only, limit: MOST_SHOWN });
  const table = drawTable(
    ["run", "step", "error"],
    steps.map(({ runId, step, error }) => [runId, step, error]),
  );
  const more = count > steps.length ? `\nand ${count - steps.length} more` : "";
  return {
    text: count === 0 ? `Nothing needs attention at ${only.at} there.` : table + more,
    data: { steps, count },
  };
}
