import type { Command } from "commander";
import type { DeploymentRecord } from "../../core/api.ts";
import { type StageKind, stageInWords } from "../../core/rollout.ts";
import { listHistory } from "../../db/views/versions.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function historyCommand(): Command {
  return holtCommand("history", {
    description: "Say what was live when, by whose decision",
    examples: ["holt history movies", "holt history movies --at 2026-11-24T03:00:00Z"],
  })
    .argument("<model>", "name of an applied model")
    .option("--at <time>", "only what was live then", parseTime)
    .action(printing(tell));
}

async function tell(model: string, { at }: { at?: Date }): Promise<CommandResult> {
  const history = await withSession(({ database }) => listHistory(database.db, model));
  if (at) return liveAt(model, history, at);
  const rows = history.map((record) => [
    formatTime(record.at),
    whatInWords(record),
    record.version,
    record.previousVersion,
    record.by,
    record.runId,
    record.importedFrom ? `${record.reason} (from ${record.importedFrom})` : record.reason,
  ]);
  return {
    text:
      history.length === 0
        ? `Nothing of ${model} was live yet.`
        : drawTable(["at", "what", "version", "before", "by", "run", "why"], rows),
    data: history,
  };
}

function whatInWords({ kind, share, until }: DeploymentRecord): string {
  if (kind === "baseline") return until ? `popularity list until ${formatMinute(until)}` : "popularity list";
  return kind === "canary" ? stageInWords({ kind, share }) : kind;
}

function isFlip({ kind }: DeploymentRecord): boolean {
  return kind === "deploy" || kind === "rollback";
}

function inWords({ version, kind, share, by }: DeploymentRecord): string {
  if (kind === "baseline") return `everybody got its popularity list (by ${by})`;
  const does = kind === "canary" ? "answered a share of the people" : "was asked beside it, unseen";
  return `version ${version} ${does} (${stageInWords({ kind: kind as StageKind, share })}, by ${by})`;
}

/** The newest deployment that is not after `at`. */
function liveAt(model: string, history: readonly DeploymentRecord[], at: Date): CommandResult {
  const begun = history.filter((candidate) => new Date(candidate.at) <= at);
  const record = begun.find(isFlip) ?? null;
  const beside =
    begun.find((stage) => !isFlip(stage) && (!stage.until || new Date(stage.until) > at)) ?? null;
  const when = formatTime(at.toISOString());
  const live = record
    ? `${when}: version ${record.version} of ${model} was live (${record.kind} by ${record.by} at ${formatTime(record.at)})`
    : `${when}: nothing of ${model} was live`;
  return { text: beside ? `${live}; ${inWords(beside)}` : live, data: record && { ...record, beside } };
}
