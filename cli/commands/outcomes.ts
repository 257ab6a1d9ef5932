import { constants, createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { InvalidInput } from "../../core/errors.ts";
import { readOutcomes, toldOutcomesSchema } from "../../core/outcome.ts";
import { plural } from "../../core/words.ts";
import { askServer, type Server, serverSettings } from "../ask-server.ts";
import { type CommandResult, commandGroup, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { cleanLines } from "../print/style.ts";

/** Outcomes of one request: below the server's limit of bytes, however long their names are. */
const AT_ONCE = 250;
/** Where in a request a fault is, as core/outcome.ts writes it. A person has the line instead. */
const PLACE = /^outcomes\[\d+\](\.|: )?/gm;
/** A person sees so many of the faults; a program sees all. */
const MOST_SHOWN = 20;

export function outcomesCommand(): Command {
  const examples = ["holt outcomes import spend.jsonl"];
  return commandGroup("outcomes", { description: "Tell what came of recommendations", examples }).addCommand(
    holtCommand("import", {
      description: "Tell Holt's server of clicks, plays and spend that a file has, one JSON object a line",
      examples,
    })
      .argument("<file>", "JSON lines, each an outcome as docs/serving.md describes it")
      .action(printing(importOutcomes)),
  );
}

interface Line {
  number: number;
  text: string;
}
interface Found {
  told: number;
  refused: { line: number; problem: string }[];
}

/** The same file again changes nothing: outcomes collapse by their ids. */
async function importOutcomes(file: string): Promise<CommandResult> {
  await assertReadable(file);
  const found: Found = { told: 0, refused: [] };
  for await (const lines of batchesOf(file)) await tell(serverSettings(), file, lines, found);
  const { told, refused } = found;
  const more = refused.length - MOST_SHOWN;
  const text = [
    `${plural(told, "outcome")} told, ${refused.length} refused`,
    ...refused.slice(0, MOST_SHOWN).map(({ problem }) => cleanLines(problem)),
    ...(more > 0 ? [`and ${more} more; "--json" has them all`] : []),
  ].join("\n");
  return { text, data: found, exitCode: refused.length === 0 ? EXIT.done : EXIT.failed };
}

/** @throws {InvalidInput} it is not there, may not be read, or is a folder; a pipe is as good as a file */
async function assertReadable(file: string): Promise<void> {
  const found = await access(file, constants.R_OK)
    .then(() => stat(file))
    .catch(() => {
      throw new InvalidInput(`file "${file}": cannot be read; correct its path`);
    });
  if (found.isDirectory()) throw new InvalidInput(`file "${file}": is a folder; name the file in it`);
}

/** Faults are found here, so that each is told by its line. */
async function tell(server: Server, file: string, lines: readonly Line[], found: Found): Promise<void> {
  const refuse = (line: number, problem: string) =>
    found.refused.push({ line, problem: problem.replaceAll(PLACE, `${file}:${line}: `) });
  const parsed: { number: number; value: unknown }[] = [];
  for (const { number, text } of lines)
    try {
      parsed.push({ number, value: JSON.parse(text) });
    } catch {
      refuse(number, "outcomes[0]: is not JSON; write one outcome a line, in { }");
    }
  if (parsed.length === 0) return;
  const { outcomes, refused } = readOutcomes({ outcomes: parsed.map(({ value }) => value) }, Date.now());
  for (const { index, problem } of refused) refuse(parsed[index]?.number ?? 0, problem);
  if (outcomes.length === 0) return;
  const { accepted } = toldOutcomesSchema.parse(await askServer(server, "v1/outcomes", { outcomes }));
  found.told += accepted;
}

async function* batchesOf(file: string): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file, "utf8") })) {
    number++;
    if (text.trim() === "") continue;
    batch.push({ number, text });
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
