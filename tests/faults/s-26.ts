import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../../activities/command/run-process.ts";
import { definitionSchema } from "../../core/definition.ts";
import { encodeTrainingSet } from "../../core/training-set.ts";
import { runTrainer } from "../../trainers/run-trainer.ts";
import { smallDefinition } from "../support/definitions.ts";
import { trainingSetOf } from "../support/training-sets.ts";
import type { FaultRow } from "./row.ts";

const PRINT = "process.stdout.write(JSON.stringify(process.argv.slice(2)))";

/** Shell signs and options as arguments of a command, as items of a training set and in every text of a candidate. */
export const s26: FaultRow = {
  id: "S-26",
  title: "Shell signs and options in arguments of commands and trainers",
  bound: "each arrives as the text that it is, nothing runs",
  counts: { quick: 60, full: 200 },
  async run(context) {
    const folder = await context.folder();
    const program = join(folder, "print.mjs");
    await writeFile(program, PRINT);
    const texts = payloads(join(folder, "canary")).slice(0, context.n - 4);
    const failures: string[] = [];
    for (let at = 0; at < texts.length; at += 10) {
      const args = texts.slice(at, at + 10);
      let printed = "";
      await runProcess(
        {
          place: "steps.x.command",
          command: [process.execPath, program, ...args],
          folder,
          env: {},
          timeoutMs: 30_000,
        },
        { signal: new AbortController().signal, onLine: (line) => (printed += line) },
      ).catch((error: Error) => failures.push(`${JSON.stringify(args)}: ${error.message}`));
      if (printed !== JSON.stringify(args)) failures.push(`${JSON.stringify(args)} arrived as ${printed}`);
    }
    const nul = runProcess(
      {
        place: "steps.x.command",
        command: [process.execPath, "-e", "0", "a\0b"],
        folder,
        env: {},
        timeoutMs: 30_000,
      },
      { signal: new AbortController().signal, onLine: () => {} },
    );
    if (
      (await nul.then(
        () => "ran",
        (error: Error) => error.name,
      )) === "ran"
    )
      failures.push("a NUL was cut off");
    failures.push(...(await trainOn(texts)), ...settingsAreChecked(texts));
    const found = await readdir(folder);
    if (found.join() !== "print.mjs") failures.push(`something ran and left ${found.join()}`);
    await runProcess(
      {
        place: "steps.x.command",
        command: ["sh", "-c", `touch ${join(folder, "canary")}`],
        folder,
        env: { PATH: process.env["PATH"] ?? "" },
        timeoutMs: 30_000,
      },
      { signal: new AbortController().signal, onLine: () => {} },
    );
    if (!existsSync(join(folder, "canary")))
      failures.push("a shell that is asked for leaves no trace, so the row sees nothing");
    return { n: texts.length + 4, failures };
  },
};

function payloads(canary: string): string[] {
  const cores = [
    `; touch ${canary}`,
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `| touch ${canary}`,
    `&& touch ${canary}`,
    `& touch ${canary} &`,
    `\ntouch ${canary}\n`,
    `> ${canary}`,
    `>> ${canary}`,
    `<(touch ${canary})`,
    `' ; touch ${canary} #`,
    `" ; touch ${canary} #`,
    `$\{IFS}touch$\{IFS}${canary}`,
    `--output=${canary}`,
    `-o${canary}`,
    `--require=${canary}`,
    "--eval=process.exit(3)",
    "-e",
    "--",
    "--import",
    `file://${canary}`,
    `@${canary}`,
    `%TEMP%`,
    "~",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "\\",
    "$HOME",
    "!!",
    "#",
    "\u202e",
    "\t",
    " ",
    "",
    "\r",
    "--inspect-brk",
    "--experimental-vm-modules",
  ];
  const wrapped = [
    (text: string) => text,
    (text: string) => `a${text}`,
    (text: string) => `"${text}"`,
    (text: string) => `--name=${text}`,
    (text: string) => `../${text}`,
    (text: string) => `${text}.csv`,
  ];
  return wrapped.flatMap((wrap) => cores.map(wrap));
}

/** Names of items go to the trainer's process by a pipe; they come back as they were. */
async function trainOn(texts: readonly string[]): Promise<string[]> {
  const names = [...new Set(texts.filter((text) => text !== ""))];
  const bytes = encodeTrainingSet(trainingSetOf([{ train: names }]));
  const { bytes: model } = await runTrainer(
    bytes,
    { trainer: "popularity", maxSizeMb: 1 },
    { signal: new AbortController().signal, progress: () => {} },
  );
  const text = Buffer.from(model);
  return names
    .filter((name) => !text.includes(name))
    .map((name) => `item ${JSON.stringify(name)} is not in the model`);
}

function settingsAreChecked(texts: readonly string[]): string[] {
  const taken = (candidate: object) =>
    definitionSchema.safeParse({ ...smallDefinition(), candidates: { c: candidate } }).success;
  return texts
    .filter(
      (text) =>
        taken({ trainer: text }) ||
        taken({ trainer: "als", factors: text }) ||
        taken({ trainer: "als", [text]: 1 }),
    )
    .map((text) => `${JSON.stringify(text)} is taken as a candidate's setting`);
}
