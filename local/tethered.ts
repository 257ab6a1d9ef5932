import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { keep, letGo } from "../store/keep.ts";

/** How long a process may take to end before it is killed. */
const GRACE_MS = 15_000;

export interface Tethered {
  pid: number;
  /** Settles when the process has ended, in words: `exit code 1`, `signal SIGKILL`. Never rejects. */
  ended: Promise<string>;
  isRunning(): boolean;
  /** Asks it to end, kills it after 15 s. A second call waits for the same end. */
  stop(): Promise<void>;
}

export interface TetheredSettings {
  /** All that it prints is appended there. */
  logFile: string;
  /** What asks it to end in order. */
  stopSignal?: NodeJS.Signals;
  /** Ends it, for a start that is given up. */
  signal?: AbortSignal | undefined;
  spawn?: Pick<SpawnOptions, "cwd" | "env" | "uid" | "gid">;
}

/**
 * Starts a process that never outlives this one, not even when this one is killed: a keeper ends it then. It stands in
 * a process group of its own, so that Ctrl-C reaches only who started it, and parts are ended in order.
 * @throws the command cannot be started
 */
export async function spawnTethered(
  command: string,
  args: readonly string[],
  { logFile, stopSignal = "SIGTERM", signal, spawn: options }: TetheredSettings,
): Promise<Tethered> {
  signal?.throwIfAborted();
  const log = openSync(logFile, "a");
  const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  if (child.pid !== undefined) keep(child.pid, stopSignal);
  await once(child, "spawn");
  const pid = child.pid as number;
  const ended = once(child, "exit").then(([code, killedBy]) => {
    letGo(pid);
    return killedBy ? `signal ${killedBy}` : `exit code ${code}`;
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    if (!isRunning()) return;
    child.kill(stopSignal);
    const tooLate = setTimeout(() => killGroup(child), GRACE_MS);
    await ended;
    clearTimeout(tooLate);
  };
  signal?.addEventListener("abort", stop, { once: true });
  return { pid, ended, isRunning, stop };
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
