import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import type { MonitorRun } from "../../core/api.ts";
import { Conflict } from "../../core/errors.ts";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { getModel } from "../../db/views/models.ts";
import { listMonitorRuns } from "../../db/views/monitor.ts";
import { requireAbility } from "../../operations/authenticate.ts";
import { withDeadline } from "../../operations/temporal.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { formatTime } from "../print/words.ts";
import { type Session, withSession } from "../session.ts";
import { drawMonitorChecks } from "./incidents.ts";

/** A look takes seconds; longer than this, no worker is there to take it. */
const PATIENCE_MS = 120_000;

export function monitorCommand(): Command {
  return holtCommand("monitor", {
    description: "Look after a model now, as its schedule does, and print what each check found",
    examples: ["holt monitor movies"],
  })
    .argument("<model>", "name of an applied model")
    .action(printing(look));
}

async function look(model: string): Promise<CommandResult> {
  return withSession(async (session) => {
    requireAbility(await session.actor(), "submit");
    await getModel(session.database.db, model);
    await runMonitor(session, model);
    const [run] = await listMonitorRuns(session.database.db, model);
    if (!run)
      throw new Conflict(`monitor "${model}": left nothing; see its workflow monitor/${model} in Temporal`);
    return {
      text: drawMonitorRun(run),
      data: run,
      exitCode: run.verdict === "fail" ? EXIT.failed : EXIT.done,
    };
  });
}

/** Starts the monitor's workflow, or joins the one that runs, and waits for its end. */
export async function runMonitor({ temporal }: Pick<Session, "temporal">, model: string): Promise<void> {
  const handle = await withDeadline(temporal, () =>
    temporal.workflow.start("monitor", {
      workflowId: `monitor/${model}`,
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ model }],
      workflowIdConflictPolicy: "USE_EXISTING",
    }),
  );
  const patience = new AbortController();
  const tooLong = setTimeout(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Conflict(
      `monitor "${model}": no worker finished it within ${PATIENCE_MS / 1_000} s; start a worker, it goes on then`,
    );
  });
  try {
    await Promise.race([handle.result(), tooLong]);
  } finally {
    patience.abort();
    tooLong.catch(() => {}); // it was only the clock
  }
}

function drawMonitorRun({ model, version, verdict, at, checks }: MonitorRun): string {
  const what = version === null ? "nothing is live" : `version ${version}`;
  return `${model} (${what}), ${formatTime(at)}: ${verdict}\n\n${drawMonitorChecks(checks)}`;
}
