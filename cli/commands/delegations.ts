import type { Command } from "commander";
import { listDelegations } from "../../db/delegations.ts";
import { delegate } from "../../operations/delegations.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function delegateCommand(): Command {
  return holtCommand("delegate", {
    description: "Have another reviewer decide in your place until a time",
    examples: ['holt delegate roy --until 2026-12-07 --reason "on holiday"'],
  })
    .argument("<name>", "who decides in your place, in their own name")
    .requiredOption("--until <time>", "when it ends, as in 2026-12-07 or 2026-12-07T09:00:00Z", parseTime)
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .action(printing(add));
}

async function add(to: string, { until, reason }: { until: Date; reason: string }): Promise<CommandResult> {
  const made = await withSession(async (session) =>
    delegate(session, await session.actor(), { to, until: until.toISOString(), reason }),
  );
  return {
    text: `${made.to} decides in the place of ${made.from} until ${formatTime(made.until)}`,
    data: made,
  };
}

export function delegationsCommand(): Command {
  return holtCommand("delegations", {
    description: "List who decides in whose place now",
    examples: ["holt delegations"],
  }).action(printing(list));
}

async function list(): Promise<CommandResult> {
  const delegations = await withSession(({ database }) => listDelegations(database.db));
  const rows = delegations.map(({ from, to, since, until, reason }) => [
    ...[from, to],
    ...[formatTime(since), formatTime(until), reason],
  ]);
  return {
    text:
      delegations.length === 0
        ? "Nobody decides in another's place."
        : drawTable(["in place of", "decides", "since", "until", "why"], rows),
    data: delegations,
  };
}
