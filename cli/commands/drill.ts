import { randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { DRILL_FAULT_NAMES, type DrillFault } from "../../core/drill/faults.ts";
import { type DrillReport, judgeGate, summariseFaults } from "../../core/drill/report.ts";
import { Conflict, InvalidInput } from "../../core/errors.ts";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { getModel } from "../../db/views/models.ts";
import { requireAbility } from "../../operations/authenticate.ts";
import { loadTemporal, withDeadline } from "../../operations/temporal.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { drawDrill } from "../print/drill.ts";
import { type Session, withSession } from "../session.ts";

const MOST_TRIALS = 100;
const MOST_DAYS = 366;

interface Options {
  fault: DrillFault | "all";
  days: number;
  trials: number;
  seed: number;
  atLeast?: number;
  within?: number;
}

export function drillCommand(): Command {
  return holtCommand("drill", {
    description: "Break a copy of a model's data on purpose, and see which monitors find it, and how soon",
    examples: [
      "holt drill movies",
      "holt drill movies --fault half_missing --trials 20",
      "holt drill movies --at-least 6 --within 1",
    ],
  })
    .argument("<model>", "name of an applied model")
    .addOption(
      new Option("--fault <name>", "one fault, or all").choices(["all", ...DRILL_FAULT_NAMES]).default("all"),
    )
    .option("--days <count>", "the newest nights of the history that are judged", upTo(MOST_DAYS), 28)
    .option("--trials <count>", "times that each fault is injected", upTo(MOST_TRIALS), 3)
    .option("--seed <number>", "decides where and when; the same one gives the same drill", parseSeed, 1)
    .option("--at-least <count>", "exit code 1 when fewer faults were caught in each trial", parseCount)
    .option("--within <days>", "with --at-least: days that it may take (default: 1)", parseCount)
    .action(printing(drill));
}

async function drill(model: string, options: Options): Promise<CommandResult> {
  const { fault, days, trials, seed, atLeast, within = 1 } = options;
  if (options.within !== undefined && atLeast === undefined)
    throw new InvalidInput(
      '--within: says nothing without "--at-least"; name how many faults must be caught',
    );
  return withSession(async (session) => {
    requireAbility(await session.actor(), "submit");
    await getModel(session.database.db, model);
    const wanted = { model, days, trials, seed, ...(fault === "all" ? {} : { fault }) };
    const report = await runDrill(session, wanted);
    const gate =
      atLeast === undefined
        ? undefined
        : { atLeast, within, ...judgeGate(report.trials, { atLeast, within }) };
    return {
      text: drawDrill(report, gate),
      data: { ...report, faults: summariseFaults(report.trials), ...(gate ? { gate } : {}) },
      exitCode: gate && !gate.isPassed ? EXIT.failed : EXIT.done,
    };
  });
}

/** Waits for the end of a drill; who is interrupted ends it. */
async function runDrill(
  { temporal }: Session,
  wanted: { model: string; fault?: DrillFault; days: number; trials: number; seed: number },
): Promise<DrillReport> {
  const handle = await withDeadline(temporal, () =>
    temporal.workflow.start("drill", {
      workflowId: `drill/${wanted.model}-${randomUUID()}`,
      taskQueue: TASK_QUEUES.pipeline,
      args: [wanted],
    }),
  );
  const end = () => {
    process.stderr.write("ending the drill; its tables go with it\n");
    handle.cancel().catch(() => {});
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    return (await handle.result()) as DrillReport;
  } catch (error) {
    throw reasonOf(error, wanted.model);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** A user's mistake is told in its own words; what else went wrong is as it came. */
function reasonOf(error: unknown, model: string): unknown {
  const { ApplicationFailure, CancelledFailure, WorkflowFailedError } = loadTemporal();
  if (!(error instanceof WorkflowFailedError)) return error;
  if (error.cause instanceof CancelledFailure)
    return new Conflict(`drill of "${model}": was ended before its end`);
  let cause: Error | undefined = error.cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  return cause instanceof ApplicationFailure && cause.nonRetryable ? new InvalidInput(cause.message) : error;
}

function upTo(most: number): (written: string) => number {
  return (written) => {
    const count = parseCount(written);
    if (count <= most) return count;
    throw new InvalidArgumentError(`It is more than ${most}.`);
  };
}

function parseSeed(written: string): number {
  const seed = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError("It is not a whole number.");
}
