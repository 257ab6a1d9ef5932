import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BrokenPromise } from "../../../core/errors.ts";
import type { Recommendation } from "../../../scoring/recommender.ts";
import { keep, letGo } from "../../../store/keep.ts";
import { ModelAway } from "./guarded-model.ts";
import type { Ask, FromScorer, Told, ToScorer } from "./messages.ts";

const PROGRAM = fileURLToPath(new URL("./scorer-process.ts", import.meta.url));
/** Nothing of the server's environment: it needs no token, no address, no key. */
const PASSED_ON = ["SystemRoot", "TMPDIR", "TEMP", "TMP"];
const PING_EVERY_MS = 1_000;
/** Without a word for so long it hangs; a model is loaded at one go, and may take longer. */
const HANGS_AFTER_MS = 5_000;
const LOAD_WITHIN_MS = 30_000;
const BYTES_A_MEGABYTE = 1_000_000;

/** The model came too late. Whoever asked has another answer by then. */
class LateScore extends Error {
  override name = "LateScore";
}

interface Waiting<Value> {
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

interface Asked extends Waiting<Recommendation[]> {
  askedAt: number;
}

export interface ScorerChildSettings {
  /** Most memory of the process, in MB. */
  memoryMb: number;
  /** Told how long each list took, in milliseconds. */
  onScored?: (ms: number) => void;
  /** Called once, with what ended it in words. */
  onEnd: (why: string) => void;
}

/** One life of the scorer's process. When it ends, all that was asked of it fails as `ModelAway`. */
export class ScorerChild {
  readonly #settings: ScorerChildSettings;
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #loading = new Map<string, Waiting<void>>();
  readonly #loads = new Map<string, Promise<void>>();
  readonly #pinging: NodeJS.Timeout;
  #batch: Ask[] = [];
  #lastId = 0;
  #heardAt = performance.now();
  #why: string | undefined;
  #isEnded = false;
  #rssBytes = 0;

  constructor(settings: ScorerChildSettings) {
    this.#settings = settings;
    this.#child = fork(PROGRAM, {
      serialization: "advanced",
      detached: true, // a process group of its own, for the keeper
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      execArgv: ["--disable-warning=ExperimentalWarning", `--max-old-space-size=${settings.memoryMb}`],
    });
    if (this.#child.pid !== undefined) keep(this.#child.pid, "SIGKILL");
    this.#child.on("message", (message: FromScorer) => this.#hear(message));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("exit", (code, signal) => this.#end(signal ?? `exit code ${code}`));
    this.#pinging = setInterval(() => this.#ping(), PING_EVERY_MS).unref();
  }

  get memoryShare(): number {
    return this.#rssBytes / (this.#settings.memoryMb * BYTES_A_MEGABYTE);
  }

  /** Has it load these bytes; the same model again is loaded once. @throws {BrokenPromise} they aren't a recommender @throws {ModelAway} it ended */
  load(digest: string, bytes: Uint8Array): Promise<void> {
    if (this.#isEnded) return Promise.reject(this.#gone());
    const known = this.#loads.get(digest);
    if (known) return known;
    const loaded = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => this.kill(`took longer than ${LOAD_WITHIN_MS / 1_000} s to load a model`),
        LOAD_WITHIN_MS,
      );
      this.#loading.set(digest, { resolve, reject, timer });
      this.#send({ load: digest, bytes });
    });
    this.#loads.set(digest, loaded);
    loaded.catch(() => this.#loads.delete(digest));
    return loaded;
  }

  unload(digest: string): void {
    this.#loads.delete(digest);
    this.#send({ unload: digest });
  }

  /** Goes with all else that is asked in this tick. @throws {LateScore} @throws {ModelAway} @throws what the model throws */
  ask(digest: string, history: readonly string[], k: number, deadlineMs: number): Promise<Recommendation[]> {
    if (this.#isEnded) return Promise.reject(this.#gone());
    const id = ++this.#lastId;
    if (this.#batch.push([id, digest, k, Date.now() + deadlineMs, history]) === 1)
      setImmediate(() => {
        this.#send({ asks: this.#batch });
        this.#batch = [];
      });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        this.#settings.onScored?.(deadlineMs);
        reject(new LateScore(`scorer: did not answer within ${deadlineMs} ms; look at the machine's load`));
      }, deadlineMs);
      this.#asked.set(id, { resolve, reject, timer, askedAt: performance.now() });
    });
  }

  /** Ends it at once. */
  kill(why: string): void {
    this.#why ??= why;
    this.#child.kill("SIGKILL");
  }

  #hear(message: FromScorer): void {
    this.#heardAt = performance.now();
    if ("told" in message) for (const told of message.told) this.#settle(told);
    else if ("loaded" in message) take(this.#loading, message.loaded)?.resolve();
    else if ("refused" in message) {
      const { name, message: words } = message;
      take(this.#loading, message.refused)?.reject(errorOf(name, words));
    } else this.#weigh(message.rssBytes);
  }

  #weigh(rssBytes: number): void {
    this.#rssBytes = rssBytes;
    if (this.memoryShare > 1)
      this.kill(
        `took ${Math.round(rssBytes / BYTES_A_MEGABYTE)} MB, more than the ${this.#settings.memoryMb} of HOLT_SCORER_MEMORY_MB`,
      );
  }

  #settle(told: Told): void {
    const waiting = take(this.#asked, told[0]);
    if (!waiting) return;
    this.#settings.onScored?.(performance.now() - waiting.askedAt);
    if (told.length === 2) waiting.reject(errorOf(told[1].name, told[1].message));
    else {
      const [, items, scores] = told;
      waiting.resolve(items.map((itemId, rank) => ({ itemId, score: scores[rank] as number })));
    }
  }

  #ping(): void {
    const isLoading = this.#loading.size > 0;
    if (!isLoading && performance.now() - this.#heardAt > HANGS_AFTER_MS)
      this.kill(`gave no sign for ${HANGS_AFTER_MS / 1_000} s`);
    else this.#send({ ping: true });
  }

  #send(message: ToScorer): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // a broken pipe is followed by the exit
  }

  #end(why: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#why ??= why;
    clearInterval(this.#pinging);
    if (this.#child.pid !== undefined) letGo(this.#child.pid);
    for (const map of [this.#asked, this.#loading])
      for (const { timer, reject } of map.values()) {
        clearTimeout(timer);
        reject(this.#gone());
      }
    this.#asked.clear();
    this.#loading.clear();
    this.#settings.onEnd(this.#why);
  }

  #gone(): ModelAway {
    return new ModelAway(`scorer: its process ended (${this.#why}); it is started again`);
  }
}

function take<Key, One extends { timer: NodeJS.Timeout }>(from: Map<Key, One>, key: Key): One | undefined {
  const found = from.get(key);
  from.delete(key);
  clearTimeout(found?.timer);
  return found;
}

function errorOf(name: string, message: string): Error {
  if (name === "BrokenPromise") return new BrokenPromise(message);
  return Object.assign(new Error(message), { name });
}
