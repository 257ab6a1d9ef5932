import type { Database } from "../../db/connection.ts";
import { type LiveRelease, listenForFlips, listLive } from "../../db/views/live.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { loadFallback, loadVersion } from "./load-version.ts";
import { type Loaded, ServedVersion } from "./served-version.ts";

/** A flip is heard at once; looking each second as well bounds what a lost connection can cost. */
const LOOK_EVERY_MS = 1_000;
/** A version that doesn't load is tried again after 1 s, 2 s, 4 s … up to this. */
const LONGEST_PAUSE_MS = 30_000;

export interface LiveModelsSettings {
  database: Database;
  artifacts: ArtifactStore;
  /** Told about a version that doesn't load, and about a database that doesn't answer. */
  onProblem: (error: Error, about: { model?: string; version?: number }) => void;
}

export interface Lease {
  model: Loaded;
  interactionsTable: string | null;
  release(): void;
}

/** What one model serves, for /readyz. */
export interface ServingState {
  version: number | null;
  /** Why the live version isn't what is served; null when it is. */
  problem: string | null;
}

interface Slot {
  served: ServedVersion | undefined;
  interactionsTable: string | null;
  failure: { fence: number; message: string; tries: number; notBefore: number } | undefined;
}

/**
 * Holds the live version of each model in memory and swaps it when another goes live: loads and checks the new one
 * first, then swaps the reference; requests under way keep the old one. What doesn't load leaves the old one serving.
 */
export class LiveModels {
  readonly #settings: LiveModelsSettings;
  readonly #slots = new Map<string, Slot>();
  #listener: ReturnType<typeof listenForFlips> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #hasLooked = false;
  #databaseProblem: string | null = null;
  #isClosed = false;

  constructor(settings: LiveModelsSettings) {
    this.#settings = settings;
  }

  /** Loads what is live now, then keeps up. With the database down it returns too, and catches up later. */
  async start(): Promise<void> {
    await this.look();
    this.#listener = listenForFlips(this.#settings.database, () => void this.look());
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** False until the database was asked once: before that nobody knows what is live. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Why the database could not be asked the last time; null when it could. */
  get databaseProblem(): string | null {
    return this.#databaseProblem;
  }

  /** The model for one request, to be released when it is answered; undefined when it was never live. */
  lease(model: string): Lease | undefined {
    const slot = this.#slots.get(model);
    if (!slot?.served) return undefined;
    const release = slot.served.lease();
    return { model: slot.served.loaded, interactionsTable: slot.interactionsTable, release };
  }

  states(): Record<string, ServingState> {
    return Object.fromEntries(
      [...this.#slots].map(([model, slot]) => [
        model,
        { version: slot.served?.loaded.version ?? null, problem: slot.failure?.message ?? null },
      ]),
    );
  }

  /** Asks what is live and loads it. One at a time; a call meanwhile has it asked once more. Never throws. */
  look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return this.#looking;
    }
    this.#looking = this.#lookUntilQuiet().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#listener?.close();
    await this.#looking;
    for (const slot of this.#slots.values()) slot.served?.retire();
  }

  async #lookUntilQuiet(): Promise<void> {
    do {
      this.#lookAgain = false;
      try {
        const live = await listLive(this.#settings.database.db);
        this.#databaseProblem = null;
        for (const release of live) await this.#follow(release);
        this.#hasLooked = true;
      } catch (error) {
        if (!this.#databaseProblem) this.#settings.onProblem(error as Error, {});
        this.#databaseProblem = (error as Error).message || "could not be reached";
      }
    } while (this.#lookAgain && !this.#isClosed);
  }

  async #follow(live: LiveRelease): Promise<void> {
    const slot = this.#slots.get(live.model) ?? {
      served: undefined,
      interactionsTable: null,
      failure: undefined,
    };
    this.#slots.set(live.model, slot);
    slot.interactionsTable = live.interactionsTable;
    if (slot.failure?.fence === live.fence) {
      if (Date.now() < slot.failure.notBefore) return;
    } else if (slot.served && slot.served.loaded.fence >= live.fence) return;
    try {
      swap(slot, await loadVersion(this.#settings.artifacts, live));
      slot.failure = undefined;
    } catch (error) {
      this.#noteFailure(slot, live, error as Error);
      if (!slot.served) await this.#serveFallback(slot, live);
    }
  }

  #noteFailure(slot: Slot, live: LiveRelease, error: Error): void {
    const tries = slot.failure?.fence === live.fence ? slot.failure.tries + 1 : 1;
    if (tries === 1) this.#settings.onProblem(error, { model: live.model, version: live.version });
    slot.failure = {
      fence: live.fence,
      message: `version ${live.version}: ${error.message}`,
      tries,
      notBefore: Date.now() + Math.min(1_000 * 2 ** (tries - 1), LONGEST_PAUSE_MS),
    };
  }

  async #serveFallback(slot: Slot, live: LiveRelease): Promise<void> {
    try {
      swap(slot, await loadFallback(this.#settings.artifacts, live));
    } catch {
      // the failure of the whole version is noted already, and says more
    }
  }
}

function swap(slot: Slot, loaded: Loaded): void {
  const before = slot.served;
  slot.served = new ServedVersion(loaded);
  before?.retire();
}
