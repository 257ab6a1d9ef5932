import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { until } from "./until.ts";

/** Waits for a child of `parent` that trains, and returns its process id. */
export function trainingProcess(parent: number): Promise<number> {
  return until("a process that trains", async () => (await children(parent, "train-process"))[0]);
}

/** Ids of the processes that `parent` started and whose command line has `word`. */
export async function children(parent: number, word: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
  return stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .filter(([, , ppid, args]) => Number(ppid) === parent && args?.includes(word))
    .map(([, pid]) => Number(pid));
}

/** Whether a process is there; one that has ended and isn't waited for yet counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  const ps = promisify(execFile)("ps", ["-o", "stat=", "-p", String(pid)]);
  const { stdout } = await ps.catch(() => ({ stdout: "" })); // no such process: ps ends with 1
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}
