import type { Command } from "commander";
import { Conflict } from "../../core/errors.ts";
import { resolveVersion } from "../../db/version-aliases.ts";
import { findLive } from "../../db/versions.ts";
import { getModel } from "../../db/views/models.ts";
import { rollback } from "../../operations/rollback.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { withSession } from "../session.ts";

interface Options {
  to?: string;
  reason: string;
}

export function rollbackCommand(): Command {
  return holtCommand("rollback", {
    description: "Serve the version before the live one again, or the one named",
    examples: ['holt rollback movies --reason "spend fell 4 %"'],
  })
    .argument("<model>", "name of an applied model")
    .option("--to <version>", "the version to serve, by number or alias")
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .action(printing(goBack));
}

async function goBack(model: string, { to, reason }: Options): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    await getModel(session.database.db, model);
    const live = await findLive(session.database.db, model);
    if (!live) throw new Conflict(`model "${model}": nothing is live; run it first with "holt run ${model}"`);
    const done = await rollback(session, actor, model, {
      expectedVersion: live.version,
      reason,
      ...(to === undefined ? {} : { toVersion: await resolveVersion(session.database.db, model, to) }),
    });
    return {
      text: `model ${model}: version ${done.version} is live, after version ${done.previousVersion}`,
      data: done,
    };
  });
}
