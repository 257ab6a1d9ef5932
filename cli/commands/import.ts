import type { Command } from "commander";
import { importRelease } from "../../operations/import-release.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { commandLine } from "../print/command-name.ts";
import { withSession } from "../session.ts";

export function importCommand(): Command {
  return holtCommand("import", {
    description:
      "Take in a release that another environment exported; it waits for a review here (exit code 3)",
    examples: ["holt import movies.holt"],
  })
    .argument("<file>", 'a file of "holt export", signed by a key of "holt keys"')
    .action(printing(take));
}

async function take(path: string): Promise<CommandResult> {
  const { runId, isNew, manifest } = await withSession(async (session) =>
    importRelease(
      { ...session, artifacts: new ArtifactStore(session.settings.artifactsFolder) },
      await session.actor(),
      path,
    ),
  );
  const what = `release ${manifest.releaseDigest} of ${manifest.model} from "${manifest.environment}"`;
  return {
    text: isNew
      ? `run ${runId}: ${what} is here; it builds this environment's tables, and then waits for a review. Follow it with: ${commandLine(`run show ${runId}`)}`
      : `run ${runId}: ${what} was imported from this file before; nothing was imported again`,
    data: { runId, isNew, ...manifest },
    exitCode: isNew ? EXIT.waitingForPerson : EXIT.done,
  };
}
