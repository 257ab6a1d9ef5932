/** The `holt` command's process. bin/holt.mjs starts it with a Node that can. */
import { mindLostOutput } from "./lost-output.ts";
import { runProgram } from "./run-program.ts";

mindLostOutput();
await runProgram(process.argv.slice(2));
