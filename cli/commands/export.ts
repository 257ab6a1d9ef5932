import type { Command } from "commander";
import { plural } from "../../core/words.ts";
import { environmentName, readEnvironmentKey } from "../../operations/environment-settings.ts";
import { exportRelease } from "../../operations/export-release.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { formatSize } from "../print/words.ts";
import { withSession } from "../session.ts";

export function exportCommand(): Command {
  return holtCommand("export", {
    description: "Write an approved release, its report and what was said of it as one signed file",
    examples: [
      "holt export movies --out movies.holt",
      "holt export movies 3 --out movies-3.holt",
      "holt export movies --run movies-20261124T030000 --out movies.holt",
    ],
  })
    .argument("<model>", "name of an applied model")
    .argument("[version]", 'one of "holt versions"; the live one when left out', parseCount)
    .option("--run <run>", "what was approved in this run instead")
    .requiredOption("--out <path>", "the file; one that is there stays")
    .action(printing(write));
}

async function write(
  model: string,
  version: number | undefined,
  { run: runId, out: path }: { run?: string; out: string },
): Promise<CommandResult> {
  const environment = environmentName(process.env);
  const { manifest, ...done } = await withSession(async (session) => {
    const { settings } = session;
    const { privateKey } = await readEnvironmentKey(process.env, settings.home);
    const artifacts = new ArtifactStore(settings.artifactsFolder);
    return exportRelease({ ...session, artifacts }, await session.actor(), {
      ...{ model, version, runId, path, environment, privateKey },
    });
  });
  const bytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    text: [
      `${path}: release ${manifest.releaseDigest} of ${model}, from run ${done.runId}, signed as "${environment}"`,
      `${plural(manifest.files.length, "part")}, ${formatSize(bytes)}. It names people and shows their shelves; send it as you would send those.`,
      `In the other environment: holt import ${path}`,
    ].join("\n"),
    data: { path, runId: done.runId, ...manifest },
  };
}
