import { existsSync } from "node:fs";
import type { Command } from "commander";
import { getRun } from "../../db/runs.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { clean, paint } from "../print/style.ts";
import { withSession } from "../session.ts";

export function replayCommand(): Command {
  return holtCommand("replay", {
    description: "Execute a recorded history on today's code, and say whether it goes the same way",
    examples: [
      "holt replay movies-20261124T030000",
      "holt replay monitor/movies",
      "holt replay history.json",
    ],
  })
    .argument(
      "<history>",
      "a run, the id of a workflow in Temporal, that of a schedule (its newest workflow), or a file",
    )
    .action(printing(replay));
}

async function replay(what: string): Promise<CommandResult> {
  // Loaded only here: it brings Temporal's whole worker with it.
  const { readHistory, replayHistory } = await import("../../workers/replay.ts");
  const { fetchHistory } = await import("../../workers/replay-fetch.ts");
  const { quietTemporal } = await import("../../workers/log.ts");
  const { workflowBundle } = await import("../../workers/bundle.ts");
  const { Replayer } = await import("../../workers/replayer.ts");
  const { name, history } = existsSync(what)
    ? { name: what, history: await readHistory(what) }
    : await withSession(async ({ database, temporal }) => {
        const isRun = !what.includes("/");
        const id = isRun ? (await getRun(database.db, what)).workflow_id : what;
        const { workflowId, history } = await fetchHistory(temporal, id);
        return { name: isRun ? what : workflowId, history };
      });
  const replayer = new Replayer(await workflowBundle());
  quietTemporal(); // the last thing that may not fail: from here on, only a worker that ends lets the process end
  const replayed = await replayHistory(history, replayer);
  await replayer.close();
  if (replayed.same)
    return {
      text: `${name}: ${paint("green", "same")}, all ${replayed.events} events`,
      data: { history: name, ...replayed },
    };
  const at = replayed.eventId === undefined ? "" : ` at event ${replayed.eventId}`;
  return {
    text: `${name}: ${paint("red", "differs")}${at}: ${clean(replayed.words)}`,
    data: { history: name, ...replayed },
    exitCode: EXIT.failed,
  };
}
