import { vi } from "vitest";
import { runProgram } from "../../cli/run-program.ts";

/** How a command ended, and what it printed. */
export interface HoltEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

let running: string | undefined;

/**
 * Runs a command inside this process, as the only one: while it runs, environment, folder and both streams are its own,
 * also for what else runs here.
 */
export async function holtHere(
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<HoltEnd> {
  const words = args.join(" ");
  if (running !== undefined)
    throw new Error(`"holt ${words}": "holt ${running}" still runs in this process; use holtProcess for one`);
  running = words;
  const before = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode };
  const [stdout, stderr] = [keepWhatIsWritten(process.stdout), keepWhatIsWritten(process.stderr)];
  try {
    process.env = env;
    if (cwd !== undefined) process.chdir(cwd);
    process.exitCode = undefined;
    await runProgram(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.end(), stderr: stderr.end() };
  } finally {
    stdout.end();
    stderr.end();
    process.env = before.env;
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
    running = undefined;
  }
}

function keepWhatIsWritten(stream: NodeJS.WriteStream): { end(): string } {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return {
    end() {
      spy.mockRestore();
      return text;
    },
  };
}
