import type { Command } from "commander";
import { NotFound } from "../../core/errors.ts";
import { listDelegations } from "../../db/delegations.ts";
import { delegate, endDelegation } from "../../operations/delegations.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

/** Digits of an id that tell a few delegations apart. */
const SHORT_ID = 8;

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
    examples: ["holt delegations", "holt delegations end 9f2c41d0"],
  })
    .action(printing(list))
    .addCommand(endCommand());
}

function endCommand(): Command {
  return holtCommand("end", {
    description: "End a delegation now, as either of the two or as an admin; what was decided by it stays",
    examples: ["holt delegations end 9f2c41d0"],
  })
    .argument("<id>", 'a delegation of "holt delegations", or as much of it as names no other')
    .action(printing(end));
}

async function end(written: string): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const found = (await listDelegations(session.database.db)).filter(({ id }) => id.startsWith(written));
    const [one, another] = found;
    if (!one || another)
      throw new NotFound(
        `delegation "${written}": ${one ? `${found.length} begin so; write more of its id` : 'none that holds now begins so; see "holt delegations"'}`,
      );
    const { from, to, ...rest } = await endDelegation(session, actor, one.id);
    return { text: `${to} decides in the place of ${from} no more`, data: { from, to, ...rest } };
  });
}

async function list(): Promise<CommandResult> {
  const delegations = await withSession(({ database }) => listDelegations(database.db));
  const rows = delegations.map(({ id, from, to, until, reason }) => [
    ...[id.slice(0, SHORT_ID), from, to],
    ...[formatMinute(until), reason],
  ]);
  return {
    text:
      delegations.length === 0
        ? "Nobody decides in another's place."
        : drawTable(["id", "in place of", "decides", "until", "why"], rows),
    data: delegations,
  };
}
