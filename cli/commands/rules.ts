import { type Command, InvalidArgumentError } from "commander";
import type { NewRule, Rule } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import { listRules } from "../../db/editorial-rules.ts";
import { findItemTitle, liftRule, sayRule } from "../../operations/editorial-rules.ts";
import { parseTime } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute } from "../print/words.ts";
import { withSession } from "../session.ts";

/** Digits of an id that tell a few apart. */
const SHORT_ID = 8;
const LAST_PLACE = 100;
const [LEAST_FACTOR, GREATEST_FACTOR] = [0.01, 100];

interface Options {
  from?: Date;
  until?: Date;
  reason: string;
}

export function rulesCommand(): Command {
  return holtCommand("rules", {
    description: "List what editors say of items, whatever a model thinks: bans, pins, boosts",
    examples: ["holt rules --model movies", 'holt rules ban movies 1953 --reason "licence ended"'],
  })
    .option("--model <model>", "only this model's")
    .action(printing(list))
    .addCommand(
      saying("ban", "Show an item to nobody, from within 2 s on; the popularity list too leaves it out", [
        'holt rules ban movies 1953 --reason "licence ended"',
      ]).action(
        printing((model: string, item: string, options: Options) =>
          say(model, { kind: "ban", itemId: item }, options),
        ),
      ),
    )
    .addCommand(
      saying("pin", "Show an item to everybody in a place, also to those who had it", [
        'holt rules pin movies 1953 --rank 1 --until 2026-11-26T06:00:00Z --reason "tonight at eight"',
      ])
        .requiredOption("--rank <place>", "its place, from 1", parsePlace)
        .action(
          printing((model: string, item: string, { rank, ...options }: Options & { rank: number }) =>
            say(model, { kind: "pin", itemId: item, rank }, options),
          ),
        ),
    )
    .addCommand(
      saying("boost", "Multiply an item's score, among the best 100 beyond what is asked for", [
        'holt rules boost movies 1953 --factor 1.5 --reason "anniversary"',
      ])
        .requiredOption("--factor <number>", "2 doubles its score, 0.5 halves it", parseFactor)
        .action(
          printing((model: string, item: string, { factor, ...options }: Options & { factor: number }) =>
            say(model, { kind: "boost", itemId: item, factor }, options),
          ),
        ),
    )
    .addCommand(
      holtCommand("lift", { description: "End a rule now", examples: ["holt rules lift 9f2c41d0"] })
        .argument("<id>", 'one of "holt rules", or as much of its id as names no other')
        .action(printing(lift)),
    );
}

function saying(name: string, description: string, examples: string[]): Command {
  return holtCommand(name, { description, examples })
    .argument("<model>", "name of an applied model")
    .argument("<item>", "the item's id, as the data has it")
    .option("--from <time>", "when it begins; now when left out", parseTime)
    .option("--until <time>", "when it ends by itself; when it is lifted when left out", parseTime)
    .requiredOption("--reason <text>", "why; kept in the audit log");
}

async function say(
  model: string,
  what: Pick<NewRule, "kind" | "itemId" | "rank" | "factor">,
  { from, until, reason }: Options,
): Promise<CommandResult> {
  const window = { ...(from && { from: from.toISOString() }), ...(until && { until: until.toISOString() }) };
  const { made, title } = await withSession(async (session) => ({
    made: await sayRule(session, await session.actor(), model, { ...what, ...window, reason }),
    title: await findItemTitle(session, model, what.itemId),
  }));
  const id = made.id.slice(0, SHORT_ID);
  return {
    text: [
      `model ${model}: ${inWords(made, title)}; "holt rules lift ${id}" ends it`,
      ...(title === null
        ? [`The data has no item "${what.itemId}": look whether that is its id, not its title.`]
        : []),
    ].join("\n"),
    data: { ...made, title },
  };
}

async function lift(written: string): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const found = (await listRules(session.database.db)).filter(({ id }) => id.startsWith(written));
    const [one, another] = found;
    if (!one || another)
      throw new NotFound(
        `rule "${written}": ${one ? `${found.length} begin so; write more of its id` : 'none that holds or is to come begins so; see "holt rules"'}`,
      );
    const lifted = await liftRule(session, actor, one.id);
    return { text: `model ${lifted.model}: lifted: ${inWords(lifted)}`, data: lifted };
  });
}

async function list({ model }: { model?: string }): Promise<CommandResult> {
  const rules = await withSession(({ database }) => listRules(database.db, model));
  const rows = rules.map((rule) => [
    ...[rule.id.slice(0, SHORT_ID), rule.model, whatItDoes(rule), rule.itemId, formatMinute(rule.from)],
    ...[rule.until === null ? "it is lifted" : formatMinute(rule.until), rule.by, rule.reason],
  ]);
  const head = ["id", "model", "what", "item", "from", "until", "by", "why"];
  return { text: rules.length === 0 ? "None." : drawTable(head, rows), data: rules };
}

function whatItDoes({ kind, rank, factor }: Rule): string {
  return kind === "pin" ? `pin at ${rank}` : kind === "boost" ? `boost × ${factor}` : "ban";
}

function inWords({ kind, itemId, rank, factor }: Rule, title?: string | null): string {
  const item = `item ${itemId}${title ? ` (${title})` : ""}`;
  if (kind === "ban") return `${item} is shown to nobody`;
  return kind === "pin"
    ? `${item} is shown to everybody at place ${rank}`
    : `${item} has ${factor} times its score`;
}

function parsePlace(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= 1 && value <= LAST_PLACE) return value;
  throw new InvalidArgumentError(`It is not a place; write a whole number from 1 to ${LAST_PLACE}.`);
}

function parseFactor(written: string): number {
  const value = Number(written);
  if (written !== "" && value >= LEAST_FACTOR && value <= GREATEST_FACTOR) return value;
  throw new InvalidArgumentError(
    `It is not a factor; write a number from ${LEAST_FACTOR} to ${GREATEST_FACTOR}.`,
  );
}
