import type { Command } from "commander";
import type { RolloutStage } from "../../core/api.ts";
import { Conflict, InvalidInput } from "../../core/errors.ts";
import type { RolloutAnswer } from "../../core/rollout.ts";
import { getRunDetail } from "../../db/views/runs.ts";
import { answerRollout } from "../../operations/answer-rollout.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawRollout } from "../print/rollout.ts";
import { withSession } from "../session.ts";

interface Options {
  goOn?: boolean;
  back?: boolean;
  reason: string;
}

export function rolloutCommand(): Command {
  return holtCommand("rollout", {
    description: "Show how a run's version does among real traffic; lift a stage's wait, or end the rollout",
    examples: [
      "holt rollout movies-20261124T030000",
      'holt rollout movies-20261124T030000 --go-on --reason "looked at the lists myself"',
      'holt rollout movies-20261124T030000 --back --reason "complaints"',
    ],
  })
    .argument("<run>", 'a run of "holt runs"')
    .option("--go-on", "let the stage under way pass at once")
    .option("--back", "end the rollout; what is live stays live")
    .option("--reason <text>", "why, for --go-on and --back; kept in the audit log", "")
    .action(printing(show));
}

async function show(runId: string, { goOn, back, reason }: Options): Promise<CommandResult> {
  if (goOn && back) throw new InvalidInput("options --go-on and --back: are both given; give one of them");
  const answer = goOn ? "go_on" : back ? "back" : undefined;
  if (!answer) {
    const { rollout } = await withSession(({ database }) => getRunDetail(database.db, runId));
    return { text: drawRollout(rollout, runId), data: rollout };
  }
  if (reason === "")
    throw new InvalidInput("option --reason: is missing; say why, it is kept in the audit log");
  const stages = await say(runId, answer, reason);
  return { text: drawRollout(stages, runId), data: stages };
}

async function say(runId: string, answer: RolloutAnswer, reason: string): Promise<RolloutStage[]> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const { rollout } = await getRunDetail(session.database.db, runId);
    const under = rollout.find(({ state }) => state === "running" || state === "held");
    if (!under)
      throw new Conflict(
        `run "${runId}": has no stage under way, so no answer is waited for; see "holt run show ${runId}"`,
      );
    return answerRollout(session, actor, runId, { stage: under.stage, answer, reason });
  });
}
