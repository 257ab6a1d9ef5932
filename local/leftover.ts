import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const GRACE_MS = 20_000;
const LOOK_AGAIN_MS = 50;

/**
 * Ends a process that a killed Holt left behind. Nothing happens when the id is another program's by now.
 * @param mark what its command line must hold, such as the path of its data
 */
export async function endLeftover(pid: number, mark: string, stopSignal: NodeJS.Signals): Promise<void> {
  if (!(await commandLineOf(pid)).includes(mark)) return;
  process.kill(pid, stopSignal);
  const deadline = Date.now() + GRACE_MS;
  while (isAlive(pid) && Date.now() < deadline) await pause();
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

/** Whether a process with this id runs, whosoever it is. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Program and arguments of a process, empty when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  if (!isAlive(pid)) return "";
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    const asked = promisify(execFile)("ps", ["-o", "args=", "-p", String(pid)]);
    return (await asked.catch(() => ({ stdout: "" }))).stdout;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
}
