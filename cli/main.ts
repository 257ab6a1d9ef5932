/** The `holt` command's process. bin/holt.mjs starts it with a Node that can. */
import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { mindLostOutput } from "./lost-output.ts";
import { buildProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

mindLostOutput();
try {
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  // commander has printed its own by now; what isn't an error (help, version) ends with 0
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? EXIT.done
        : EXIT.wrongUse
      : await reportError(error, process.argv.includes("--json"));
}
