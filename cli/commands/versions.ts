import type { Command } from "commander";
import type { Version } from "../../core/api.ts";
import { InvalidInput } from "../../core/errors.ts";
import { SAFEGUARD_WORDS } from "../../core/safeguard-words.ts";
import { listSafeguards } from "../../db/safeguards.ts";
import { listVersionSummaries } from "../../db/views/versions.ts";
import { listCalendarTimes } from "../../operations/calendar.ts";
import { describeVersion } from "../../operations/describe-version.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { drawVersion, drawVersionsBeside } from "../print/version.ts";
import { formatMetric, formatShare, formatSize, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function versionsCommand(): Command {
  return holtCommand("versions", {
    description: "List a model's versions, their figures, and which is live; or tell everything about one",
    examples: ["holt versions movies", "holt versions movies 4", "holt versions movies 4 --beside 3"],
  })
    .argument("<model>", "name of an applied model")
    .argument("[version]", "a version's number or alias: everything about it")
    .option("--beside <version>", "another one, to compare the two")
    .action(printing(tell));
}

async function tell(
  model: string,
  version: string | undefined,
  { beside }: { beside?: string },
): Promise<CommandResult> {
  if (version === undefined && beside !== undefined)
    throw new InvalidInput(`--beside: needs a version to compare it with; name it behind the model`);
  return version === undefined ? list(model) : tellAll(model, version, beside);
}

async function tellAll(model: string, version: string, beside: string | undefined): Promise<CommandResult> {
  return withSession(async ({ database, settings }) => {
    const context = { database, artifacts: new ArtifactStore(settings.artifactsFolder) };
    const one = await describeVersion(context, model, version);
    if (beside === undefined) return { text: drawVersion(one), data: one };
    const other = await describeVersion(context, model, beside);
    return { text: drawVersionsBeside(one, other), data: [one, other] };
  });
}

async function list(model: string): Promise<CommandResult> {
  const holds = (one: { model: string | null; from: string }) =>
    (one.model ?? model) === model && Date.parse(one.from) <= Date.now();
  const { versions, held, frozen } = await withSession(async ({ database }) => ({
    versions: await listVersionSummaries(database.db, model),
    held: (await listSafeguards(database.db)).filter(holds),
    frozen: (await listCalendarTimes(database)).filter((one) => holds(one) && one.overriddenUntil === null),
  }));
  const rows = versions.map((version) => [
    version.version,
    version.isLive ? ({ text: "live", style: "green" } as const) : "",
    version.candidate,
    formatMetric(version.ndcg),
    formatMetric(version.recall),
    formatShare(version.coverage),
    formatSize(version.sizeBytes),
    version.aliases.join(", "),
    formatTime(version.createdAt),
    version.decidedBy,
    version.runId,
  ]);
  const headings = [
    "version",
    "",
    "candidate",
    "NDCG",
    "recall",
    "coverage",
    "size",
    "aliases",
    "made",
    "approved by",
    "run",
  ];
  return {
    text: [
      versions.length === 0 ? `No version of ${model} was approved yet.` : drawTable(headings, rows),
      ...versions.flatMap(({ version, files }) => files.map((file) => describeFile(version, file))),
      ...held.map(
        ({ kind, until, by, reason }) =>
          `${SAFEGUARD_WORDS[kind]} until ${formatTime(until)}. ${by}: ${reason}`,
      ),
      ...frozen.map(
        ({ until, reason }) =>
          `${SAFEGUARD_WORDS.freeze} until ${formatTime(until)}. By the calendar of its definition: ${reason}`,
      ),
    ].join("\n"),
    data: versions,
  };
}

function describeFile(
  version: number,
  { path, writtenAt, problem, checkedAt }: Version["files"][number],
): string {
  const state = writtenAt === null ? "is not written yet" : `written ${formatTime(writtenAt)}`;
  const seen = `looked at ${formatTime(checkedAt)}`;
  return `${path} has version ${version}, ${state}, ${seen}${problem === null ? "" : `; ${problem}`}`;
}
