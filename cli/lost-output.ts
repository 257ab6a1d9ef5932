import { EXIT } from "./exit-codes.ts";

/**
 * What happens when nobody takes the output any more: a reader that has read enough (`holt runs | head`) ends nothing
 * and is no failure; any other reason, as a full disk, is told in one line, and the process ends with 1.
 */
export function mindLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(
      `holt: standard output could not be written (${error.code}); what was done is done\n`,
    );
    // at the very end, since the command's own exit code may still be set
    process.on("exit", () => {
      process.exitCode = EXIT.failed;
    });
  });
  // there is no place left to say it
  process.stderr.on("error", () => {});
}
