import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { formatDuration } from "../../core/duration.ts";
import { keep, letGo } from "../../store/keep.ts";
import { eachLine, LogTail } from "./log-tail.ts";

/** Time to end by itself after SIGTERM, before SIGKILL. */
const GRACE_MS = 2_000;

/** A command ended otherwise than well. It may do better at the next attempt. */
class CommandFailed extends Error {
  override name = "CommandFailed";
  /** Last lines that it wrote. */
  readonly logTail: string;

  constructor(message: string, logTail: string, options?: ErrorOptions) {
    super(message, options);
    this.logTail = logTail;
  }
}

export interface ProcessSettings {
  /** For messages, as in `steps.check.command`. */
  place: string;
  command: readonly string[];
  folder: string;
  /** The whole environment. */
  env: Record<string, string>;
  timeoutMs: number;
}

/**
 * Runs a program with its arguments as they are, without a shell, in a process group of its own. Whatever of the group
 * is left when the program ends, `signal` is aborted, the time is over or this process dies, is ended too.
 * @throws {CommandFailed} also when it could not be started @throws the signal's reason
 */
export async function runProcess(
  { place, command, folder, env, timeoutMs }: ProcessSettings,
  { signal, onLine }: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<void> {
  signal.throwIfAborted();
  const log = new LogTail();
  const failed = (what: string, cause?: unknown) =>
    new CommandFailed(`${place}: ${what}`, log.text(), { cause });
  const child = await start(command, folder, env).catch((error: Error) => {
    throw failed(`could not be started (${error.message}); install the program, or mend its path`, error);
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  const end = await endOf(child, AbortSignal.any([signal, timeout]), (line) => {
    log.add(line);
    onLine(line);
  });
  signal.throwIfAborted();
  if (timeout.aborted)
    throw failed(
      `was stopped after ${formatDuration(timeoutMs)}; make it faster, or raise the step's "timeout"`,
    );
  if (end.code !== 0)
    throw failed(
      `ended with ${end.code === null ? end.signal : `code ${end.code}`}, not 0; see the step's log`,
    );
}

async function start(
  [program = "", ...args]: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<ChildProcess> {
  const child = spawn(program, args, {
    cwd,
    env,
    shell: false,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid !== undefined) keep(child.pid, "SIGKILL"); // at once: the next worker may run it again soon
  await once(child, "spawn");
  return child;
}

async function endOf(
  child: ChildProcess,
  stop: AbortSignal,
  onLine: (line: string) => void,
): Promise<{ code: number | null; signal: string | null }> {
  const ended = once(child, "exit");
  const read = [child.stdout, child.stderr].map((stream) => stream && eachLine(stream, onLine));
  let lastResort: NodeJS.Timeout | undefined;
  const stopGroup = () => {
    signalGroup(child, "SIGTERM");
    lastResort = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  };
  stop.addEventListener("abort", stopGroup, { once: true });
  if (stop.aborted) stopGroup();
  try {
    const [code, signal] = await ended;
    return { code, signal };
  } finally {
    stop.removeEventListener("abort", stopGroup);
    clearTimeout(lastResort);
    signalGroup(child, "SIGKILL"); // what it left behind, which would hold its output open, too
    if (child.pid !== undefined) letGo(child.pid);
    await Promise.allSettled(read);
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
