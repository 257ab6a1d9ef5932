import type { Command } from "commander";
import type { Step } from "../../core/api.ts";
import { Conflict, NotFound } from "../../core/errors.ts";
import type { StepAnswer } from "../../core/steps.ts";
import { getRunDetail } from "../../db/views/runs.ts";
import { abortRun } from "../../operations/abort-run.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import type { ShownRun } from "../print/run.ts";
import { withSession } from "../session.ts";

const DESCRIPTIONS: Record<StepAnswer, string> = {
  retry: "Let a step that needs attention try again",
  skip: "Let a run go on without a step that needs attention, where the step allows it",
  abort: "End a run, whatever it does or waits for",
};

/** `holt retry`, `holt skip` and `holt abort`. */
export function answerCommands(): Command[] {
  return (["retry", "skip", "abort"] as const).map((answer) =>
    holtCommand(answer, {
      description: DESCRIPTIONS[answer],
      examples: [
        `holt ${answer} movies-20261124T030000`,
        `holt ${answer} movies-20261124T030000 train:als --reason "the disk was full"`,
      ],
    })
      .argument("<run>", 'a run of "holt runs"')
      .argument("[step]", "the step; needless when only one needs attention")
      .option("--reason <text>", "why; kept in the audit log", "")
      .action(
        printing((run: string, step: string | undefined, options: { reason: string }) =>
          send(answer, run, step, options.reason),
        ),
      ),
  );
}

async function send(
  answer: StepAnswer,
  runId: string,
  name: string | undefined,
  reason: string,
): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const run = await getRunDetail(session.database.db, runId);
    if (answer === "abort" && name === undefined && waitingSteps(run).length !== 1) {
      const ended = await abortRun(session, actor, { runId, reason });
      return { text: `run ${runId}: ${ended.reason}`, data: { runId, step: null, answer, ...ended } };
    }
    const step = findStep(run, name);
    const ref = { runId, step: step.name };
    const answered = await answerStep(session, actor, ref, { answer, round: step.round, reason });
    return {
      text: `run ${runId} step ${step.name}: ${answer} (by ${answered.by}). Follow it with: holt run show ${runId}`,
      data: { ...ref, ...answered },
    };
  });
}

function waitingSteps({ steps }: ShownRun): Step[] {
  return steps.filter(({ state }) => state === "needs_attention");
}

function findStep(run: ShownRun, name: string | undefined): Step {
  const { id, steps } = run;
  if (name !== undefined) {
    const named = steps.find((step) => step.name === name);
    if (named) return named;
    throw new NotFound(`run "${id}": has no step "${name}"; see "holt run show ${id}"`);
  }
  const waiting = waitingSteps(run);
  const [only] = waiting;
  if (only && waiting.length === 1) return only;
  throw new Conflict(
    only
      ? `run "${id}": ${waiting.length} steps need attention (${waiting.map((step) => step.name).join(", ")}); name one`
      : `run "${id}": no step needs attention, so no answer is waited for; see "holt run show ${id}"`,
  );
}
