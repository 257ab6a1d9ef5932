import type { Command } from "commander";
import type { CalendarTime, NewSafeguard, Safeguard } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import { listSafeguards } from "../../db/safeguards.ts";
import { listCalendarTimes } from "../../operations/calendar.ts";
import { liftSafeguard, putUpSafeguard } from "../../operations/safeguards.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

/** Digits of an id that tell a few apart. */
const SHORT_ID = 8;
const UNTIL = "when it ends by itself, as in 2026-12-27 or 2026-12-27T09:00:00Z; 90 days at most";
const REASON = "why; kept in the audit log";

const KINDS: Record<Safeguard["kind"], string> = {
  freeze: "freeze",
  baseline: "popularity list",
  thaw: "override of the calendar",
  hold: "scheduled runs held",
};

interface Options {
  until: Date;
  reason: string;
}

export function freezeCommand(): Command {
  return holtCommand("freeze", {
    description:
      "Let nothing new go live until a time, of one model or of all; a rollback is always possible",
    examples: [
      'holt freeze movies --until 2026-12-01 --reason "the office is closed"',
      'holt freeze --from 2026-12-23 --until 2027-01-02 --reason "holidays"',
    ],
  })
    .argument("[model]", "name of an applied model; every model when left out")
    .option("--from <time>", "when it begins; now when left out", parseTime)
    .requiredOption("--until <time>", UNTIL, parseTime)
    .requiredOption("--reason <text>", REASON)
    .action(
      printing((model: string | undefined, { from, ...options }: Options & { from?: Date }) =>
        putUp({ kind: "freeze", model: model ?? null, ...(from && { from: from.toISOString() }) }, options),
      ),
    );
}

export function baselineNowCommand(): Command {
  return holtCommand("baseline-now", {
    description:
      "Have everybody get a model's popularity list until a time; its version stays live behind it",
    examples: ['holt baseline-now movies --until 2026-12-01T06:00:00Z --reason "odd lists since midnight"'],
  })
    .argument("<model>", "name of an applied model")
    .requiredOption("--until <time>", UNTIL, parseTime)
    .requiredOption("--reason <text>", REASON)
    .action(printing((model: string, options: Options) => putUp({ kind: "baseline", model }, options)));
}

export function thawCommand(): Command {
  return holtCommand("thaw", {
    description:
      "Override the change calendar of a model's definition until a time, 7 days at most; what waits for it goes on",
    examples: ['holt thaw movies --until 2026-12-01T06:00:00Z --reason "the shelf is broken, this mends it"'],
  })
    .argument("<model>", "name of an applied model whose definition has freezes")
    .requiredOption("--until <time>", "when the calendar holds again, as in 2026-12-27T09:00:00Z", parseTime)
    .requiredOption("--reason <text>", REASON)
    .action(printing((model: string, options: Options) => putUp({ kind: "thaw", model }, options)));
}

export function safeguardsCommand(): Command {
  return holtCommand("safeguards", {
    description:
      "List freezes and popularity lists that hold now or are to come, with the next 8 days of change calendars",
    examples: ["holt safeguards", "holt safeguards lift 9f2c41d0"],
  })
    .action(printing(list))
    .addCommand(
      holtCommand("lift", {
        description: "End one now, before its time; what waited for it goes on",
        examples: ["holt safeguards lift 9f2c41d0"],
      })
        .argument("<id>", 'one of "holt safeguards", or as much of its id as names no other')
        .action(printing(lift)),
    );
}

async function putUp(
  what: { kind: NewSafeguard["kind"]; model: string | null; from?: string },
  { until, reason }: Options,
): Promise<CommandResult> {
  const made = await withSession(async (session) =>
    putUpSafeguard(session, await session.actor(), { ...what, until: until.toISOString(), reason }),
  );
  const id = made.id.slice(0, SHORT_ID);
  return {
    text: `${inWords(made)} from ${formatTime(made.from)} until ${formatTime(made.until)}; "holt safeguards lift ${id}" ends it before`,
    data: made,
  };
}

async function lift(written: string): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const found = (await listSafeguards(session.database.db)).filter(({ id }) => id.startsWith(written));
    const [one, another] = found;
    if (!one || another)
      throw new NotFound(
        `safeguard "${written}": ${one ? `${found.length} begin so; write more of its id` : 'none that holds or is to come begins so; see "holt safeguards"'}`,
      );
    const lifted = await liftSafeguard(session, actor, one.id);
    return { text: `lifted: ${inWords(lifted)}`, data: lifted };
  });
}

async function list(): Promise<CommandResult> {
  const { all, calendar } = await withSession(async ({ database }) => ({
    all: await listSafeguards(database.db),
    calendar: await listCalendarTimes(database),
  }));
  const rows = all.map((one) => [
    ...[one.id.slice(0, SHORT_ID), KINDS[one.kind], one.model ?? "every model"],
    ...[formatMinute(one.from), formatMinute(one.until), one.by, one.reason],
  ]);
  const rowsAndTimes = [...rows, ...calendar.map(rowOf)];
  return {
    text:
      rowsAndTimes.length === 0
        ? "None."
        : drawTable(["id", "what", "model", "from", "until", "by", "why"], rowsAndTimes),
    data: [...all, ...calendar.map((time) => ({ kind: "calendar", ...time }))],
  };
}

function rowOf({ model, from, until, reason, overriddenUntil }: CalendarTime): string[] {
  const why = overriddenUntil ? `${reason} (overridden until ${formatMinute(overriddenUntil)})` : reason;
  return ["", "calendar", model, formatMinute(from), formatMinute(until), "", why];
}

function inWords({ kind, model }: Safeguard): string {
  if (kind === "hold") return `no scheduled run of model ${model} is opened`;
  if (kind === "thaw") return `the calendar of model ${model} is overridden`;
  if (kind === "baseline") return `everybody gets the popularity list of model ${model}`;
  return model === null ? "nothing new of any model goes live" : `nothing new of model ${model} goes live`;
}
