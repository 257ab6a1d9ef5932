import { type Command, Option } from "commander";
import { RUN_STATES, type RunState } from "../../core/steps.ts";
import { type FailedStep, listFailedSteps, listRuns } from "../../db/views/runs.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { drawTable } from "../print/table.ts";
import { formatTime, runState } from "../print/words.ts";
import { withSession } from "../session.ts";

interface Options {
  model?: string;
  state?: RunState;
}

export function runsCommand(): Command {
  return holtCommand("runs", {
    description: "List the newest runs",
    examples: ["holt runs", "holt runs --model movies --state needs_attention"],
  })
    .option("--model <model>", "only this model's")
    .addOption(new Option("--state <state>", "only those in this state").choices(RUN_STATES))
    .action(printing(list));
}

async function list(options: Options): Promise<CommandResult> {
  const { runs, failed } = await withSession(async ({ database: { db } }) => {
    const found = await listRuns(db, options);
    return {
      runs: found,
      failed: await listFailedSteps(
        db,
        found.map(({ id }) => id),
      ),
    };
  });
  const rows = runs.map((run) => [
    run.id,
    runState(run),
    formatTime(run.openedAt),
    formatTime(run.finishedAt),
    run.startedBy ?? run.trigger,
    run.outcomeReason ?? whyItStopped(failed, run.id),
  ]);
  return {
    text:
      runs.length === 0
        ? `No runs. Start one with: ${commandLine("run <model>")}`
        : drawTable(["run", "state", "opened", "finished", "by", "why"], rows),
    data: runs,
  };
}

/** The steps that need an answer, each with the first line of its error. */
function whyItStopped(failed: readonly FailedStep[], runId: string): string {
  return failed
    .filter((step) => step.runId === runId)
    .map(({ step, error }) => `${step}: ${error.split("\n", 1)[0]}`)
    .join("; ");
}
