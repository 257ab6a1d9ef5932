import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Runs one command line, the words behind `holt`: prints to this process's streams, and sets its exit code. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(args[0]);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // commander has printed its own by now; what isn't an error (help, version) ends with 0
    process.exitCode =
      error instanceof CommanderError
        ? error.exitCode === 0
          ? EXIT.done
          : EXIT.wrongUse
        : await reportError(error, args);
  }
}
