import type { Command } from "commander";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { DEFAULT_FILE, loadDefinition } from "../definition/load.ts";
import { commandLine } from "../print/command-name.ts";
import { withSession } from "../session.ts";

export function applyCommand(): Command {
  return holtCommand("apply", {
    description: "Check a definition, store it as the model's current one, and set its schedules",
    examples: ["holt apply", "holt apply --file examples/movies/holt.config.ts"],
  })
    .option("--file <path>", "the definition", DEFAULT_FILE)
    .action(printing(apply));
}

async function apply({ file }: { file: string }): Promise<CommandResult> {
  const loaded = await loadDefinition(file);
  const applied = await withSession(async (session) =>
    applyDefinition(session, await session.actor(), loaded.definition, loaded.folder),
  );
  const { model, digest, previousDigest, schedules } = applied;
  const what =
    previousDigest === digest
      ? "is unchanged"
      : previousDigest === null
        ? "is stored"
        : `replaces ${previousDigest.slice(0, 12)}`;
  return {
    text: [
      `model "${model}": definition ${digest.slice(0, 12)} ${what}`,
      ...schedules.map(({ id, change }) => `schedule ${id}: ${change}`),
      `Next: ${commandLine(`run ${model}`)}`,
    ].join("\n"),
    data: applied,
  };
}
