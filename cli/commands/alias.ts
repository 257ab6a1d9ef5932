import type { Command } from "commander";
import { removeAlias, setAlias } from "../../operations/aliases.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { withSession } from "../session.ts";

export function aliasCommand(): Command {
  return holtCommand("alias", {
    description: "Give a version a name, by which it can be rolled back to; or take the name away",
    examples: [
      'holt alias movies spring 4 --reason "what marketing showed"',
      'holt alias movies spring --reason "over"',
    ],
  })
    .argument("<model>", "name of an applied model")
    .argument("<name>", "small letters, digits, - and _; not champion, challenger or baseline")
    .argument("[version]", "the version's number; without it the name is taken away", parseCount)
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .action(printing(name));
}

async function name(
  model: string,
  alias: string,
  version: number | undefined,
  { reason }: { reason: string },
): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    if (version === undefined) {
      await removeAlias(session, actor, { model, name: alias, reason });
      return {
        text: `model ${model}: nothing is called ${alias} any more`,
        data: { model, name: alias, version: null },
      };
    }
    await setAlias(session, actor, { model, name: alias, version, reason });
    return {
      text: `model ${model}: version ${version} is called ${alias}`,
      data: { model, name: alias, version },
    };
  });
}
