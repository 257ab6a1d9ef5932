import type { Release } from "../../../core/release.ts";
import { releaseOf } from "../../../db/releases.ts";
import type { LiveRelease } from "../../../db/views/live.ts";
import type { Recommendation } from "../../../scoring/recommender.ts";
import type { Slot } from "../slot.ts";
import type { KnownLists, KnownLive, LocalKnowledge, PopularityList } from "./local-knowledge.ts";

/** Nothing new was said; only its age is written again. */
const AGAIN_AFTER_MS = 5_000;

/** Digests of what one version is made of. */
interface Parts {
  artifactDigest: string | undefined;
  fallbackDigest: string | undefined;
  goldenDigest: string | undefined;
  rulesDigest: string | undefined;
}

/** Keeps what is served in the local folder, writing no more often than it must; a folder that fails holds up nothing. */
export class LocalCopy {
  readonly #knowledge: LocalKnowledge;
  readonly #onProblem: (error: Error) => void;
  #lists = new Map<string, readonly Recommendation[]>();
  #rules = new Map<string, Uint8Array>();
  #kept = "";
  #keptAt = 0;
  #problem: string | null = null;
  #isWriting = false;

  constructor(knowledge: LocalKnowledge, onProblem: (error: Error) => void) {
    this.#knowledge = knowledge;
    this.#onProblem = onProblem;
  }

  /** Why it could not be read or written the last time, without its path: everybody may read it. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The list that was made of the fallback with this digest; undefined when the folder has none. */
  findList(fallbackDigest: string): readonly Recommendation[] | undefined {
    return this.#lists.get(fallbackDigest);
  }

  /** A release's editorial rules by their digest; undefined when `rules.json` has none of it. */
  findRules(digest: string): Uint8Array | undefined {
    return this.#rules.get(digest);
  }

  /** Undefined when there is none, or it changed. Reads the rules too, without which a list may not be shown. */
  async readLists(): Promise<KnownLists | undefined> {
    this.#rules = (await this.#trying(() => this.#knowledge.readRules())) ?? new Map();
    const known = await this.#trying(() => this.#knowledge.readLists());
    for (const { fallbackDigest, items } of known?.lists ?? []) this.#lists.set(fallbackDigest, items);
    return known;
  }

  /** The same of what is live. */
  async readLive(): Promise<KnownLive | undefined> {
    return this.#trying(() => this.#knowledge.readLive());
  }

  /**
   * Writes down what is served, if it is not what was written last, or that was some seconds ago; not while it still
   * writes. Nothing is to be loaded meanwhile: copies of what is not served are removed.
   */
  async keep(askedAt: Date, slots: ReadonlyMap<string, Slot>): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    await this.#keep(askedAt, slots).finally(() => {
      this.#isWriting = false;
    });
  }

  async #keep(askedAt: Date, slots: ReadonlyMap<string, Slot>): Promise<void> {
    const live = releasesOf(slots, (slot) => slot.known);
    const lastGood = releasesOf(slots, (slot) => slot.stoodBy);
    const arms = [...slots.values()].flatMap((slot) => slot.arms.releases);
    const now = JSON.stringify([live, lastGood, arms, partsOf(slots)]);
    const isNew = now !== this.#kept;
    if (!isNew && askedAt.getTime() - this.#keptAt < AGAIN_AFTER_MS) return;
    this.#keptAt = askedAt.getTime();
    const lists = listsOf(slots);
    this.#lists = new Map(lists.map(({ fallbackDigest, items }) => [fallbackDigest, items]));
    const isKept = await this.#trying(async () => {
      if (isNew) await this.#knowledge.writeLists({ askedAt, lists });
      if (isNew) await this.#keepRules(slots);
      await this.#knowledge.writeLive({ askedAt, live, lastGood, arms });
      if (isNew) await this.#knowledge.artifacts.keepOnly(artifactsOf(slots));
      return true;
    });
    if (!isKept) return;
    this.#kept = now;
    this.#problem = null;
  }

  /** Both copies of the rules of what is kept, each made from the other where it is lost. */
  async #keepRules(slots: ReadonlyMap<string, Slot>): Promise<void> {
    const { artifacts } = this.#knowledge;
    const rules = new Map<string, Uint8Array>();
    for (const digest of rulesOf(slots)) {
      const known = this.#rules.get(digest);
      if (known) await artifacts.put(known);
      const bytes = known ?? (await artifacts.get(digest).catch(() => undefined));
      if (bytes) rules.set(digest, bytes);
    }
    await this.#knowledge.writeRules(rules.values());
    this.#rules = rules;
  }

  async #trying<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code ? `could not be read or written (${code})` : message;
      if (problem !== this.#problem) this.#onProblem(error as Error);
      this.#problem = problem;
      return undefined;
    }
  }
}

function releasesOf(
  slots: ReadonlyMap<string, Slot>,
  pick: (slot: Slot) => LiveRelease | undefined,
): LiveRelease[] {
  return [...slots.values()].flatMap((slot) => {
    const release = pick(slot);
    const { interactionsTable, baselineUntil, experiments } = slot;
    const { rules } = slot.ruleBook;
    return release ? [{ ...release, interactionsTable, baselineUntil, rules, experiments }] : [];
  });
}

function listsOf(slots: ReadonlyMap<string, Slot>): PopularityList[] {
  return [...slots].flatMap(([model, { served }]) =>
    served
      ? [
          {
            model,
            version: served.loaded.version,
            fence: served.loaded.fence,
            asOf: served.loaded.asOf,
            fallbackDigest: served.loaded.fallbackDigest,
            rulesDigest: served.loaded.rulesDigest,
            items: served.loaded.popular,
          },
        ]
      : [],
  );
}

/** The parts of what is served, and of what a start is to serve, whether or not they could be loaded here. */
function partsOf(slots: ReadonlyMap<string, Slot>): Parts[] {
  return [...slots.values()].flatMap(({ served, lastGood, known, arms }) => [
    ...[served, lastGood, ...arms.served].map((one) => partsIn(one?.loaded)),
    partsIn(known && releaseIn(known)),
  ]);
}

function partsIn(of: Partial<Parts> = {}): Parts {
  const { artifactDigest, fallbackDigest, goldenDigest, rulesDigest } = of;
  return { artifactDigest, fallbackDigest, goldenDigest, rulesDigest };
}

/** Undefined when it isn't what was signed. */
function releaseIn({ releaseDigest, release }: LiveRelease): Release | undefined {
  try {
    return releaseOf(releaseDigest, release);
  } catch {
    return undefined;
  }
}

function rulesOf(slots: ReadonlyMap<string, Slot>): Set<string> {
  return new Set(partsOf(slots).flatMap(({ rulesDigest }) => rulesDigest ?? []));
}

function artifactsOf(slots: ReadonlyMap<string, Slot>): Set<string> {
  return new Set(
    partsOf(slots).flatMap((parts) => Object.values(parts).filter((digest) => digest !== undefined)),
  );
}
