import { loadRecommender, type Recommender } from "../../scoring/recommender.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";

/** A reviewer goes from person to person; the models stay open in between, not for the day. */
const IDLE_MS = 60_000;
/** Candidate, champion and their popularity lists, for two reviews at once. */
const MOST_OPEN = 8;

interface Open {
  recommender: Promise<Recommender>;
  leases: number;
  lastUsed: number;
}

/** Models that previews ask, by their digests: opened on demand, shared, and closed when nobody used them for a minute. */
export class OpenModels {
  readonly #artifacts: ArtifactStore;
  readonly #idleMs: number;
  readonly #open = new Map<string, Open>();
  #timer: NodeJS.Timeout | undefined;

  constructor(artifacts: ArtifactStore, { idleMs = IDLE_MS }: { idleMs?: number } = {}) {
    this.#artifacts = artifacts;
    this.#idleMs = idleMs;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens the models of these digests for `work`. None is closed under it.
   * @throws {NotFound} @throws {BrokenPromise} an artifact isn't there, isn't what it was, or is no recommender
   */
  async use<T>(digests: readonly string[], work: (models: Recommender[]) => Promise<T>): Promise<T> {
    const leased = [...new Set(digests)].map((digest) => this.#lease(digest));
    try {
      return await work(await Promise.all(digests.map((digest) => this.#lookUp(digest))));
    } finally {
      for (const open of leased) open.leases -= 1;
      this.#closeUnused();
    }
  }

  /** Closes what is open, once its work has ended. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(closeOne));
  }

  #lease(digest: string): Open {
    const open = this.#open.get(digest) ?? { recommender: this.#load(digest), leases: 0, lastUsed: 0 };
    this.#open.set(digest, open);
    open.leases += 1;
    open.lastUsed = performance.now();
    return open;
  }

  #lookUp(digest: string): Promise<Recommender> {
    return (this.#open.get(digest) as Open).recommender;
  }

  /** What could not be opened is tried again the next time. */
  #load(digest: string): Promise<Recommender> {
    const recommender = this.#artifacts.get(digest).then(loadRecommender);
    recommender.catch(() => this.#open.delete(digest));
    return recommender;
  }

  /** The longest unused go first: those that nobody needs any more, and those that are too many. */
  #closeUnused(): void {
    const now = performance.now();
    const unused = [...this.#open].filter(([, { leases }]) => leases === 0);
    unused.sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [digest, open] of unused) {
      if (now - open.lastUsed < this.#idleMs && this.#open.size <= MOST_OPEN) break;
      this.#open.delete(digest);
      void closeOne(open);
    }
    clearTimeout(this.#timer);
    if (this.#open.size > 0) this.#timer = setTimeout(() => this.#closeUnused(), this.#idleMs).unref();
  }
}

async function closeOne({ recommender }: Open): Promise<void> {
  const opened = await recommender.catch(() => undefined);
  await opened?.close();
}
