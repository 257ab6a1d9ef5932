import { Command } from "commander";
import { printableJson } from "../store/printable-json.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** What a command found or did: text for a person, the same as data for a program. */
export interface CommandResult {
  text: string;
  data: unknown;
  exitCode?: ExitCode;
}

export interface CommandWords {
  /** Starts with a verb. */
  description: string;
  /** Whole command lines. */
  examples: readonly string[];
}

/** A command that prints text, or JSON with `--json`, as somebody of the local Holt with `--as`. Its help ends with examples. */
export function holtCommand(name: string, words: CommandWords): Command {
  return commandGroup(name, words)
    .option("--json", "print JSON, for programs")
    .option("--as <person>", "act as one of the local people: admin, engineer, reviewer");
}

/** A command that does nothing but hold others, as `holt tokens` holds `holt tokens issue`. */
export function commandGroup(name: string, { description, examples }: CommandWords): Command {
  const lines = examples.map((line) => `\n  ${line}`).join("");
  return new Command(name)
    .description(description)
    .addHelpText("after", `\nExample${examples.length > 1 ? "s" : ""}:${lines}`);
}

/** An action whose result is printed, and whose exit code becomes the process's. */
export function printing<Args extends unknown[]>(
  work: (...args: Args) => Promise<CommandResult>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const { as } = command.optsWithGlobals<{ as?: string }>();
    if (as !== undefined) process.env["HOLT_AS"] = as;
    const { text, data, exitCode = EXIT.done } = await work(...(given.slice(0, -1) as Args));
    process.stdout.write(`${isJson(command) ? printableJson(JSON.stringify(data, null, 2)) : text}\n`);
    process.exitCode = exitCode;
  };
}

/** Whether the command was asked for JSON. */
function isJson(command: Command): boolean {
  return command.optsWithGlobals()["json"] === true;
}
