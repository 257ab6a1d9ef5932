import type { Command } from "commander";
import type { Step } from "../../core/api.ts";
import { Conflict, InvalidInput, NotFound } from "../../core/errors.ts";
import type { StepAnswer } from "../../core/steps.ts";
import { getRunDetail } from "../../db/views/runs.ts";
import { abortRun } from "../../operations/abort-run.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { retryWithDefinition } from "../../operations/retry-with-definition.ts";
import { answerAll } from "../answer-all.ts";
import { parseSince } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import type { ShownRun } from "../print/run.ts";
import { withSession } from "../session.ts";

const DESCRIPTIONS: Record<StepAnswer, string> = {
  retry: "Let a step that needs attention try again, or all that failed at one",
  skip: "Let a run go on without a step that needs attention, where the step allows it, or all runs that failed at one",
  abort: "End a run, whatever it does or waits for, or all that failed at a step",
};

interface Options {
  at?: string;
  model?: string;
  since?: Date;
  dryRun?: true;
  definition?: true;
  reason: string;
}

/** `holt retry`, `holt skip` and `holt abort`. */
export function answerCommands(): Command[] {
  return (["retry", "skip", "abort"] as const).map((answer) => {
    const command = holtCommand(answer, {
      description: DESCRIPTIONS[answer],
      examples: [
        `holt ${answer} movies-20261124T030000`,
        `holt ${answer} movies-20261124T030000 train:als --reason "the disk was full"`,
        `holt ${answer} --at ingest --since today --reason "the supplier sent half a file"`,
        ...(answer === "retry" ? ["holt retry movies-20261124T030000 --definition"] : []),
      ],
    });
    if (answer === "retry")
      command.option(
        "--definition",
        "with the definition that is applied now, as a run of its own that takes over what the change leaves alone; the first one ends",
      );
    return command
      .argument("[run]", 'a run of "holt runs"; without one, say --at')
      .argument("[step]", "the step; needless when only one needs attention")
      .option(
        "--at <step>",
        'every run that failed at this step ("ingest:ratings") or kind of steps ("ingest")',
      )
      .option("--model <model>", "with --at: only this model's runs")
      .option(
        "--since <time>",
        'with --at: only steps whose last attempt began since then: "today", "6 h", or a time',
        parseSince,
      )
      .option("--dry-run", "with --at: say which they are, and answer none")
      .option("--reason <text>", "why; kept in the audit log", "")
      .action(
        printing((run: string | undefined, step: string | undefined, options: Options) =>
          choose(answer, run, step, options),
        ),
      );
  });
}

function choose(
  answer: StepAnswer,
  run: string | undefined,
  step: string | undefined,
  { at, reason, definition, ...only }: Options,
): Promise<CommandResult> {
  if ((run === undefined) === (at === undefined))
    throw new InvalidInput(`${answer}: name either a run, or --at <step> for all that failed there`);
  if (definition && (at !== undefined || step !== undefined))
    throw new InvalidInput("--definition: goes with a run as a whole; leave --at and the step out");
  if (at !== undefined) return answerAll(answer, { at, reason, ...only });
  for (const [name, value] of Object.entries({
    model: only.model,
    since: only.since,
    "dry-run": only.dryRun,
  }))
    if (value !== undefined) throw new InvalidInput(`--${name}: goes with --at only; leave it out`);
  if (definition) return retryChanged(run ?? "", reason);
  return send(answer, run ?? "", step, reason);
}
function retryChanged(runId: string, reason: string): Promise<CommandResult> {
  return withSession(async (session) => {
    const started = await retryWithDefinition(session, await session.actor(), { runId, reason });
    const what = started.isNew
      ? "goes on with the applied definition"
      : "went on before with this definition";
    return {
      text: `run ${runId}: ${what}, as run ${started.runId}. Follow it with: holt run show ${started.runId}`,
      data: { ...started, insteadOf: runId },
    };
  });
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
