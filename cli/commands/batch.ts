import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Command, Option } from "commander";
import { BATCH_LAYOUTS, STRANGERS } from "../../core/batch.ts";
import { type Batch, type NewBatch, newBatchSchema } from "../../core/batch-api.ts";
import { InvalidInput } from "../../core/errors.ts";
import { getBatchView, listBatches, listBatchSetAside } from "../../db/views/batches.ts";
import { answerBatch, startBatch } from "../../operations/batches.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { drawBatch, drawBatches, drawBatchProgress } from "../print/batch.ts";
import { commandLine } from "../print/command-name.ts";
import { type Session, withSession } from "../session.ts";

const LOOK_EVERY_MS = 400;
const SHOWN_SET_ASIDE = 20;
/** Names of files, which stand where the command was called. */
const IS_FILE = /\.csv(\.gz)?$/i;

interface Options extends Omit<NewBatch, "version" | "maxBadRowShare"> {
  version?: string;
  maxBadRowShare?: string;
  wait?: true;
}

export function batchCommand(): Command {
  return holtCommand("batch", {
    description: "Score a whole table or CSV file to a table or file, by one version",
    examples: [
      "holt batch movies --from people.csv --to picks.csv --wait",
      "holt batch movies --from crm.members --to picks --k 20 --version 7",
      "holt batch movies --key newsletter-2026-48",
    ],
  })
    .argument("<model>", "name of an applied model")
    .option(
      "--from <source>",
      'who gets a list: a CSV file, schema.table, or a source or feature, with columns "user_id", "items", "country" (default: as the definition says)',
    )
    .option(
      "--to <target>",
      "name of a view in the schema batches, or of a .csv or .ndjson file (default: as the definition says)",
    )
    .option("--version <version>", "the version, by number or alias (default: what is live)")
    .option("-k, --k <count>", "items a person (default: 10)", parseCount)
    .addOption(
      new Option("--layout <layout>", "a row an item, or a row a person with arrays").choices(BATCH_LAYOUTS),
    )
    .addOption(
      new Option("--strangers <what>", "what is done with people without a history").choices(STRANGERS),
    )
    .option("--country <code>", "where people are whose row names no country")
    .option("--max-bad-row-share <share>", "most of the rows that may be set aside (default: 0.01)")
    .option("--key <key>", "name of this batch; the same key again gives the same batch")
    .option(
      "--wait",
      "show how far it is until it ends (exit code 0: done; 1: anything else) or waits for a person (3)",
    )
    .action(printing(start))
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(answerCommand("retry", "Let a batch that needs attention go on where it stood"))
    .addCommand(answerCommand("cancel", "End a batch; what was shown before stays"));
}

function listCommand(): Command {
  return holtCommand("list", {
    description: "List batches, the newest first",
    examples: ["holt batch list", "holt batch list --model movies"],
  })
    .option("--model <model>", "only this model's")
    .action(
      printing(async ({ model }: { model?: string }) => {
        const all = await withSession(({ database }) => listBatches(database.db, { model }));
        return { text: drawBatches(all), data: all };
      }),
    );
}

function showCommand(): Command {
  return holtCommand("show", {
    description: "Show a batch: how far it is, where its rows are, which were set aside and why",
    examples: ["holt batch show movies-b12"],
  })
    .argument("<batch>", 'a batch of "holt batch list"')
    .action(
      printing(async (id: string) =>
        withSession(async ({ database: { db } }) => {
          const batch = await getBatchView(db, id);
          const setAside = await listBatchSetAside(db, id, SHOWN_SET_ASIDE);
          return { text: drawBatch(batch, setAside), data: { ...batch, setAside } };
        }),
      ),
    );
}

function answerCommand(answer: "retry" | "cancel", description: string): Command {
  return holtCommand(answer, {
    description,
    examples: [`holt batch ${answer} movies-b12 --reason "as agreed"`],
  })
    .argument("<batch>", 'a batch of "holt batch list"')
    .option("--reason <text>", "why; kept in the audit log", "")
    .action(
      printing(async (id: string, { reason }: { reason: string }) =>
        withSession(async (session) => {
          await answerBatch(session, await session.actor(), id, { answer, reason });
          const batch = await getBatchView(session.database.db, id);
          return {
            text: answer === "retry" ? `batch ${id}: goes on` : `batch ${id}: cancelled`,
            data: batch,
          };
        }),
      ),
    );
}

async function start(model: string, { wait, ...options }: Options): Promise<CommandResult> {
  const wanted = wantedOf(options);
  return withSession(async (session) => {
    const { batchId, isNew } = await startBatch(session, await session.actor(), model, wanted);
    const said = isNew ? "started" : "was started before with this key; nothing was started again";
    process.stderr.write(`batch ${batchId}: ${said}\n`);
    const batch = wait ? await follow(session, batchId) : await getBatchView(session.database.db, batchId);
    if (!wait) return { text: `Follow it with: ${commandLine(`batch show ${batchId}`)}`, data: batch };
    const setAside = await listBatchSetAside(session.database.db, batchId, SHOWN_SET_ASIDE);
    return { text: drawBatch(batch, setAside), data: batch, exitCode: exitCodeOf(batch) };
  });
}

/** A file's name goes by the folder that the command was called in; the worker must be able to read it. */
function wantedOf({ from, maxBadRowShare, version, ...options }: Omit<Options, "wait">): NewBatch {
  const parsed = newBatchSchema.safeParse({
    ...options,
    ...(from !== undefined && { from: IS_FILE.test(from) ? resolve(from) : from }),
    ...(version !== undefined && { version }),
    ...(maxBadRowShare !== undefined && { maxBadRowShare: Number(maxBadRowShare) }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const option = String(issue?.path[0] ?? "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new InvalidInput(`option --${option}: ${issue?.message ?? "does not fit"}`);
}

async function follow({ database: { db } }: Session, id: string): Promise<Batch> {
  let before = "";
  for (;;) {
    const batch = await getBatchView(db, id);
    const words = drawBatchProgress(batch);
    if (words !== before) process.stderr.write(`${words}\n`);
    before = words;
    if (batch.state !== "running") return batch;
    await setTimeout(LOOK_EVERY_MS);
  }
}

function exitCodeOf({ state }: Batch): ExitCode {
  if (state === "needs_attention") return EXIT.waitingForPerson;
  return state === "done" ? EXIT.done : EXIT.failed;
}
