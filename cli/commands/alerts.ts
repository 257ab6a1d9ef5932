import { type Command, Option } from "commander";
import { z } from "zod";
import { type AlertRecord, alertTestSchema } from "../../core/alerts-api.ts";
import { listAlerts } from "../../db/views/alerts.ts";
import { parseCount } from "../arguments.ts";
import { askServer, serverSettings } from "../ask-server.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { clean } from "../print/style.ts";
import { drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

/** A mail server that is away is given up after half a minute. */
const TESTED_WITHIN_MS = 60_000;

interface Options {
  model?: string;
  incident?: number;
  state?: AlertRecord["state"];
}

export function alertsCommand(): Command {
  return holtCommand("alerts", {
    description: "List what was sent of incidents, to which channel, and what came of it",
    examples: ["holt alerts --state waiting", "holt alerts --incident 3", "holt alerts test movies"],
  })
    .option("--model <model>", "only this model's")
    .option("--incident <id>", "only of this incident", parseCount)
    .addOption(
      new Option("--state <state>", "only those in this state; nobody tries a failed one again").choices([
        "waiting",
        "delivered",
        "failed",
        "dropped",
      ]),
    )
    .action(printing(list))
    .addCommand(testCommand());
}

async function list(options: Options): Promise<CommandResult> {
  const alerts = await withSession(({ database }) => listAlerts(database.db, options));
  const rows = alerts.map((alert) => [
    ...[
      formatTime(alert.at),
      alert.model,
      alert.incident ?? alert.experiment ?? "",
      alert.event.replace("holt.", ""),
    ],
    ...[alert.channel, alert.state, alert.attempts, inWords(alert)],
  ]);
  const head = ["written", "model", "about", "event", "channel", "state", "attempts", "what came of it"];
  return { text: alerts.length === 0 ? "No alerts." : drawTable(head, rows), data: alerts };
}

function inWords({ deliveredAt, problem, dropped, nextAttemptAt, silencedUntil }: AlertRecord): string {
  if (deliveredAt !== null) return `delivered ${formatTime(deliveredAt)}`;
  if (dropped !== null) return dropped;
  if (silencedUntil !== null) return `silenced until ${formatTime(silencedUntil)}`;
  const next = nextAttemptAt === null ? "" : `next attempt ${formatTime(nextAttemptAt)}`;
  return [problem, next].filter(Boolean).join("; ");
}

function testCommand(): Command {
  return holtCommand("test", {
    description:
      "Have Holt's server send a marked test through a model's channels, and say what came of each",
    examples: ["holt alerts test movies", "holt alerts test movies --channel pager"],
  })
    .argument("<model>", "name of an applied model")
    .option("--channel <name...>", "only through these channels of its definition; all when left out")
    .action(printing(test));
}

async function test(model: string, { channel: channels }: { channel?: string[] }): Promise<CommandResult> {
  const address = `api/models/${encodeURIComponent(model)}/alert-tests`;
  const asked = { ...(channels && { channels }) };
  const answer = await askServer(serverSettings(), address, asked, TESTED_WITHIN_MS);
  const results = z.array(alertTestSchema).parse(answer);
  const rows = results.map(({ channel, kind, problem }) => [channel, kind, clean(problem ?? "delivered")]);
  return {
    text: drawTable(["channel", "kind", "what came of it"], rows),
    data: results,
    exitCode: results.every(({ delivered }) => delivered) ? EXIT.done : EXIT.failed,
  };
}
