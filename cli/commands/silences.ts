import type { Command } from "commander";
import type { Silence } from "../../core/alerts-api.ts";
import { NotFound } from "../../core/errors.ts";
import { listSilences } from "../../db/silences.ts";
import { liftSilence, silenceAlerts } from "../../operations/silences.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

/** Digits of an id that tell a few apart. */
const SHORT_ID = 8;

interface Options {
  cause?: string;
  until: Date;
  reason: string;
}

export function silenceCommand(): Command {
  return holtCommand("silence", {
    description: "Have alerts of incidents wait until a time; what still stands is told then",
    examples: [
      'holt silence movies --cause source:titles --until 2026-12-01T06:00:00Z --reason "the supplier mends it"',
      'holt silence --until 2026-12-01T06:00:00Z --reason "the data centre moves"',
    ],
  })
    .argument("[model]", "name of an applied model; every model when left out")
    .option("--cause <cause>", "only of this cause, as an incident has it; any when left out")
    .requiredOption(
      "--until <time>",
      "when it ends by itself, as in 2026-12-27T09:00:00Z; 30 days at most",
      parseTime,
    )
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .action(printing(silence));
}

export function silencesCommand(): Command {
  return holtCommand("silences", {
    description: "List times in which alerts wait",
    examples: ["holt silences", "holt silences lift 9f2c41d0"],
  })
    .action(printing(list))
    .addCommand(
      holtCommand("lift", {
        description: "End one now, before its time; what waited and still stands is told",
        examples: ["holt silences lift 9f2c41d0"],
      })
        .argument("<id>", 'one of "holt silences", or as much of its id as names no other')
        .action(printing(lift)),
    );
}

async function silence(model: string | undefined, { cause, until, reason }: Options): Promise<CommandResult> {
  const wanted = { model: model ?? null, ...(cause && { cause }), until: until.toISOString(), reason };
  const made = await withSession(async (session) => silenceAlerts(session, await session.actor(), wanted));
  const id = made.id.slice(0, SHORT_ID);
  return {
    text: `${inWords(made)} wait until ${formatTime(made.until)}; "holt silences lift ${id}" ends it before`,
    data: made,
  };
}

async function lift(written: string): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const found = (await listSilences(session.database.db)).filter(({ id }) => id.startsWith(written));
    const [one, another] = found;
    if (!one || another)
      throw new NotFound(
        `silence "${written}": ${one ? `${found.length} begin so; write more of its id` : 'none that holds begins so; see "holt silences"'}`,
      );
    const lifted = await liftSilence(session, actor, one.id);
    return { text: `lifted: ${inWords(lifted)} come again`, data: lifted };
  });
}

async function list(): Promise<CommandResult> {
  const all = await withSession(({ database }) => listSilences(database.db));
  const rows = all.map((one) => [
    ...[one.id.slice(0, SHORT_ID), one.model ?? "every model", one.cause ?? "any"],
    ...[formatMinute(one.from), formatMinute(one.until), one.by, one.reason],
  ]);
  return {
    text:
      all.length === 0 ? "None." : drawTable(["id", "model", "cause", "from", "until", "by", "why"], rows),
    data: all,
  };
}

function inWords({ model, cause }: Silence): string {
  return `alerts of ${model === null ? "every model" : `model ${model}`}${cause === null ? "" : ` with the cause ${cause}`}`;
}
