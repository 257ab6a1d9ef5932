import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { BrokenPromise, InvalidInput } from "../core/errors.ts";
import { keepEnd, keepTail, type LastWord, listen, readAtMost } from "./child-output.ts";
import type { Progress, TrainerSettings } from "./settings.ts";
import { MODEL_PIPE, SET_PIPE, type TrainJob } from "./train-messages.ts";

/** What the process needs of our environment. Tokens and addresses of databases stay here. */
const PASSED_ON = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot"];
const PROGRAM = fileURLToPath(new URL("./train-process.ts", import.meta.url));
const BYTES_A_MEGABYTE = 1_000_000;

/** The training's process failed in a way that another attempt may mend. `logTail` is the end of its stderr. */
export class TrainerFailed extends Error {
  override name = "TrainerFailed";
  readonly logTail: string;

  constructor(message: string, logTail: string) {
    super(message);
    this.logTail = logTail;
  }
}

export interface TrainedModel {
  bytes: Uint8Array;
  /** Of the training alone, without starting its process. */
  trainSeconds: number;
  /** The end of what it said, a line each, then of what its process wrote to stderr. */
  log: string;
}

export interface RunTrainerOptions {
  /** Ends the process, and what it started, at once. */
  signal: AbortSignal;
  progress: Progress;
  /** Node program to run instead of the trainer; tests name ones that fail. */
  program?: string;
}

/**
 * Trains in a process of its own, without a shell and without files: nothing is left behind, however it ends.
 * @param trainingSet bytes of core/training-set.ts
 * @throws {InvalidInput} what the trainer finds wrong with set or settings; {BrokenPromise} likewise
 * @throws {TrainerFailed} the process died, or gave what no trainer gives
 * @throws the signal's reason, once the process has ended
 */
export async function runTrainer(
  trainingSet: Uint8Array,
  settings: TrainerSettings,
  { signal, progress, program = PROGRAM }: RunTrainerOptions,
): Promise<TrainedModel> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [program], {
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
    detached: true, // a process group of its own, so that all of it can be ended
    windowsHide: true,
  });
  const stop = () => endGroup(child);
  signal.addEventListener("abort", stop);
  try {
    const closed = closing(child, settings.trainer);
    if (child.pid === undefined) await closed;
    const logTail = keepTail(child.stderr as Readable);
    const said = keepEnd();
    const word = listen(child.stdout as Readable, (words) => {
      said.add(`${words}\n`);
      progress(words);
    });
    const model = readAtMost(child.stdio[MODEL_PIPE] as Readable, settings.maxSizeMb * BYTES_A_MEGABYTE);
    word.then((last) => last && "nonsense" in last && stop(), stop);
    model.then((bytes) => bytes ?? stop(), stop);
    hand(child.stdin as Writable, `${JSON.stringify({ settings } satisfies TrainJob)}\n`);
    hand(child.stdio[SET_PIPE] as Writable, trainingSet).end();
    const [code, endedBy] = await closed;
    signal.throwIfAborted();
    const ending = endedBy ? `was ended by ${endedBy}` : `ended with code ${code}`;
    const trained = judge({ settings, ending, word: await word, model: await model, logTail: logTail() });
    return { ...trained, log: said.end() + logTail() };
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** How the process ended, once all of its pipes are closed. @throws {TrainerFailed} it could not be started */
function closing(child: ChildProcess, trainer: string): Promise<[number | null, NodeJS.Signals | null]> {
  const closed = once(child, "close").catch((error: Error) => {
    throw new TrainerFailed(
      `trainer "${trainer}": could not start its process (${error.message}); retry the step`,
      "",
    );
  });
  closed.catch(() => undefined); // whoever waits hears of it; before that it must not end this process
  return closed as Promise<[number | null, NodeJS.Signals | null]>;
}

/** Writes without minding that the other side may be gone: how the process ended says more than a broken pipe. */
function hand(to: Writable, bytes: Uint8Array | string): Writable {
  to.on("error", () => undefined);
  to.write(bytes);
  return to;
}

interface Ended {
  settings: TrainerSettings;
  ending: string;
  word: LastWord | undefined;
  model: Uint8Array | undefined;
  logTail: string;
}

function judge({ settings, ending, word, model, logTail }: Ended): Omit<TrainedModel, "log"> {
  const { trainer, maxSizeMb } = settings;
  const failed = (what: string) => new TrainerFailed(`trainer "${trainer}": its process ${what}`, logTail);
  if (!model) throw failed(`gave more than ${maxSizeMb} MB; retry the step`);
  if (!word) throw failed(`${ending} before it was done; see the end of its log, then retry the step`);
  if ("nonsense" in word)
    throw failed(`wrote ${JSON.stringify(word.nonsense)}, which is no message of a trainer; retry the step`);
  if ("failed" in word) {
    const { name, message } = word.failed;
    if (name === "InvalidInput") throw new InvalidInput(message);
    if (name === "BrokenPromise") throw new BrokenPromise(message);
    throw failed(`failed with ${name}: ${message}; see the end of its log, then retry the step`);
  }
  if (model.length === 0 || model.length !== word.done.sizeBytes)
    throw failed(
      `gave ${model.length} bytes of model, not the ${word.done.sizeBytes} that it named; retry the step`,
    );
  return { bytes: model, trainSeconds: word.done.trainSeconds };
}

/** Ends the process and all that it started, unless it has ended by itself. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
