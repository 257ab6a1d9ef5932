import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./model-child-process.ts", import.meta.url));
/** A model is loaded and asked within milliseconds; what takes this long would hold the server up. */
const LONGEST_MS = 10_000;

export interface Loaded {
  /** `answered`, or the class of the error that refused it. */
  outcome: string;
  message: string;
  /** The most memory that the process ever had. */
  peakMb: number;
}

/** A process that loads models as the server does, so that one that kills it is seen and kills nothing else. */
export class ModelChild {
  readonly #folder: string;
  #child: ChildProcess | undefined;

  /** @param folder where it stands, so that a model could find files beside itself */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Loads a model and asks it three times; `byPath` opens a file as a careless loader would. */
  async load(model: { bytes: Uint8Array } | { byPath: string }): Promise<Loaded> {
    this.#child ??= fork(PROGRAM, {
      cwd: this.#folder,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    const child = this.#child;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_MS)]);
    try {
      child.send(model);
      return await Promise.race([
        once(child, "message", { signal }).then(([loaded]) => loaded as Loaded),
        once(child, "exit", { signal }).then(([code, by]) => this.#lost(`the process died: ${by ?? code}`)),
      ]);
    } catch {
      child.kill("SIGKILL");
      return this.#lost(`took longer than ${LONGEST_MS / 1_000} s`);
    } finally {
      stop.abort();
    }
  }

  async close(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }

  #lost(message: string): Loaded {
    this.#child = undefined;
    return { outcome: "lost", message, peakMb: 0 };
  }
}
