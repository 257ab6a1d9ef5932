import type { Command } from "commander";
import { newRunSchema, type RunDetail } from "../../core/api.ts";
import { InvalidInput } from "../../core/errors.ts";
import { countSetAside, getRunDetail, listSetAside } from "../../db/views/runs.ts";
import { type StartedRun, startRun } from "../../operations/start-run.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { exitCodeOfRun } from "../exit-codes.ts";
import { followRun, runViewer } from "../follow-run.ts";
import { commandLine } from "../print/command-name.ts";
import { drawRun, drawRunHead, nextActions } from "../print/run.ts";
import { MOST_SET_ASIDE, type SetAside } from "../print/set-aside.ts";
import { withSession } from "../session.ts";

interface Options {
  baselineOnly?: true;
  fresh?: true;
  key?: string;
  wait?: true;
}

export function runCommand(): Command {
  return holtCommand("run", {
    description: "Start a run of a model's lifecycle, from its files to the review",
    examples: ["holt run movies --wait", "holt run movies --key nightly-2026-11-24 --json"],
  })
    .argument("<model>", "name of an applied model")
    .option("--baseline-only", "train the popularity list alone")
    .option("--fresh", "do every step again, reuse nothing")
    .option("--key <key>", "name of this run; the same key again gives the same run")
    .option(
      "--wait",
      "show its steps until it ends (exit code 0: deployed or no change; 1: anything else) or waits for a person (3)",
    )
    .action(printing(start))
    .addCommand(runShowCommand());
}

function runShowCommand(): Command {
  return holtCommand("show", {
    description: "Show a run: its steps, what they found, what they wait for",
    examples: ["holt run show movies-20261124T030000"],
  })
    .argument("<run>", 'a run of "holt runs"')
    .action(printing(show));
}

async function start(model: string, { key, baselineOnly, fresh, wait }: Options): Promise<CommandResult> {
  const wanted = newRunSchema.safeParse({
    model,
    runKey: key,
    baselineOnly: baselineOnly ?? false,
    fresh: fresh ?? false,
  });
  if (!wanted.success)
    throw new InvalidInput(`--key: "${key}" ${wanted.error.issues[0]?.message ?? "does not fit"}`);
  return withSession(async (session) => {
    const started = await startRun(session, await session.actor(), wanted.data);
    process.stderr.write(`${describeStart(started)}\n`);
    if (!wait) return { text: `Follow it with: ${commandLine(`run show ${started.runId}`)}`, data: started };
    const run = await followRun(session.database.db, started.runId, runViewer(process.stderr));
    return {
      text: [drawRunHead(run), ...nextActions(run)].join("\n"),
      data: { ...started, run },
      exitCode: exitCodeOfRun(run),
    };
  });
}

function describeStart({ runId, workflowId, isNew, alsoOpen }: StartedRun): string {
  return [
    isNew
      ? `run ${runId}: started (Temporal's workflow ${workflowId})`
      : `run ${runId}: was started before with this key; nothing was started again`,
    ...alsoOpen.map(
      ({ runId: other, state }) => `run ${other}: goes on, too (${state.replaceAll("_", " ")})`,
    ),
  ].join("\n");
}

async function show(runId: string): Promise<CommandResult> {
  return withSession(async ({ database, settings }) => {
    const run = await getRunDetail(database.db, runId);
    const temporalUrl = settings.temporalUiUrl
      ? `${settings.temporalUiUrl}/namespaces/${settings.temporalNamespace}/workflows/${encodeURIComponent(run.workflowId)}`
      : null;
    const rows = await listSetAside(database.db, runId, MOST_SET_ASIDE);
    const setAside = { count: await countSetAside(database.db, runId), rows };
    const data: RunDetail & { setAside: SetAside } = { ...run, temporalUrl, setAside };
    const links = temporalUrl ? `\n\nTemporal: ${temporalUrl}` : "";
    return { text: drawRun(run, setAside, new Date()) + links, data };
  });
}
