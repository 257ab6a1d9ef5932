import type { Command } from "commander";
import { listSafeguards } from "../../db/safeguards.ts";
import { listVersionSummaries } from "../../db/views/versions.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMetric, formatShare, formatSize, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function versionsCommand(): Command {
  return holtCommand("versions", {
    description: "List a model's versions, their figures, and which is live",
    examples: ["holt versions movies"],
  })
    .argument("<model>", "name of an applied model")
    .action(printing(list));
}

async function list(model: string): Promise<CommandResult> {
  const { versions, safeguards } = await withSession(async ({ database: { db } }) => ({
    versions: await listVersionSummaries(db, model),
    safeguards: await listSafeguards(db),
  }));
  const held = safeguards.filter(
    (one) => (one.model ?? model) === model && Date.parse(one.from) <= Date.now(),
  );
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
      ...held.map(
        ({ kind, until, by, reason }) =>
          `${kind === "baseline" ? "Everybody gets the popularity list" : "Nothing new goes live"} until ${formatTime(until)}. ${by}: ${reason}`,
      ),
    ].join("\n"),
    data: versions,
  };
}
