import type { ReleaseRules } from "../../core/release-rules.ts";
import type { Database } from "../../db/connection.ts";
import type { HeldVersion, StageCounts } from "../../db/servers.ts";
import { listArmReleases } from "../../db/views/experiments.ts";
import {
  type BesideRelease,
  type LiveRelease,
  listBeside,
  listenForFlips,
  listLive,
  listLiveBefore,
} from "../../db/views/live.ts";
import { within } from "../within.ts";
import { type Loading, loadFallback, loadRules, loadVersion } from "./load-version.ts";
import type { LocalCopy } from "./local/local-copy.ts";
import { type Lease, type ServingState, Slot } from "./slot.ts";

/** A flip is heard at once; looking each second as well bounds what a lost connection can cost. */
const LOOK_EVERY_MS = 1_000;
/** PostgreSQL that takes longer to say what is live counts as away. */
const ANSWER_WITHIN_MS = 2_000;
/** A question without an answer for so long was lost with its connection, whatever TCP still hopes for. */
const GIVEN_UP_AFTER_MS = 30_000;
/** A disk that hangs holds up no flip. */
const KEEP_WITHIN_MS = 5_000;
/** A start that has something to answer with waits so long for its models, then for PostgreSQL; any other for either. */
const MODELS_WITHIN_MS = 600;
const POSTGRES_WITHIN_MS = 400;
const FIRST_START_WITHIN_MS = 10_000;

/** What PostgreSQL said. */
interface Known {
  askedAt: Date;
  live: LiveRelease[];
  beside: BesideRelease[];
  /** What arms of experiments serve. */
  arms: LiveRelease[];
}

export interface LiveModelsSettings {
  database: Database;
  open: Loading["open"];
  bytesOf: Loading["bytesOf"];
  openLists: Loading["openLists"];
  /** What is known is kept there, and read from there at a start. */
  local: LocalCopy;
  /** Of each model, how many versions that were live before stay in memory. */
  warmVersions: number;
  /** Whether there is memory for more than what answers and its last good version. */
  hasRoom: () => boolean;
  /** Told about a version that doesn't load, and about a database that doesn't answer. */
  onProblem: (error: Error, about: { model?: string; version?: number }) => void;
}

/**
 * Holds the live version of each model in memory and swaps it when another goes live: loads and checks the new one
 * first, then swaps the reference; requests under way keep the old one. What doesn't load leaves the old one serving.
 */
export class LiveModels {
  readonly #settings: LiveModelsSettings;
  readonly #loading: Loading;
  readonly #slots = new Map<string, Slot>();
  /** By model, what was live before, as far as that was told: it stands in for what cannot be loaded. */
  readonly #before = new Map<string, readonly LiveRelease[]>();
  /** By model, the flip for which all that were live before are in memory, or were tried. */
  readonly #warmed = new Map<string, number>();
  #listener: ReturnType<typeof listenForFlips> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #remembering: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #asking: { since: number; answer: Promise<Known> } | undefined;
  #known: readonly LiveRelease[] = [];
  #knownArms: readonly LiveRelease[] = [];
  #askedAt: Date | undefined;
  #hasLooked = false;
  #databaseProblem: string | null = null;
  #isClosed = false;

  constructor(settings: LiveModelsSettings) {
    this.#settings = settings;
    const { open, openLists, local } = settings;
    const bytesOf = async (digest: string) => local.findRules(digest) ?? settings.bytesOf(digest);
    this.#loading = { open, openLists, bytesOf, findList: (digest) => local.findList(digest) };
  }

  /**
   * Loads what was live by the local copy, then what is live now, and keeps up. With a copy it returns within 1 s,
   * whoever cannot be reached; the rest is caught up with later.
   */
  async start(): Promise<void> {
    await this.#takeLists();
    this.#remembering = this.#remember();
    const looking = this.look();
    await this.#waitFor(this.#remembering, MODELS_WITHIN_MS);
    await this.#waitFor(looking, POSTGRES_WITHIN_MS);
    if (this.#isClosed) return;
    this.#listener = listenForFlips(this.#settings.database, () => void this.look());
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** False until the database was asked once: before that nobody can say that a model was never live. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Whether requests should come: the database was asked, or there is something to answer with. */
  get canAnswer(): boolean {
    return this.#hasLooked || this.#slots.values().some((slot) => slot.served);
  }

  /** Seconds since PostgreSQL last said what is live; null when it never did, here or before this start. */
  get knowledgeAgeSeconds(): number | null {
    return this.#askedAt ? Math.max(0, Math.round((Date.now() - this.#askedAt.getTime()) / 1_000)) : null;
  }

  /** Why the database could not be asked the last time; null when it could. */
  get databaseProblem(): string | null {
    return this.#databaseProblem;
  }

  /** Why what is known is not kept in the local folder, or was not taken from there; null when it is. */
  get localProblem(): string | null {
    return this.#settings.local.problem;
  }

  /** The model for one request, to be released when it is answered; undefined when it was never live. */
  lease(model: string): Lease | undefined {
    return this.#slots.get(model)?.lease();
  }

  /** Whether a version of the model is known to be live, be it here or not. */
  isLive(model: string): boolean {
    return this.#slots.get(model)?.known !== undefined;
  }

  states(): Record<string, ServingState> {
    return Object.fromEntries([...this.#slots].map(([model, slot]) => [model, slot.state()]));
  }

  /** Versions in memory, and those that should be. */
  held(): HeldVersion[] {
    return [...this.#slots].flatMap(([model, slot]) => slot.held(model));
  }

  /** What was counted in the stages of rollouts under way. */
  counts(): StageCounts[] {
    return [...this.#slots.values()].flatMap((slot) => slot.counts());
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
    for (const slot of this.#slots.values()) slot.close();
  }

  async #lookUntilQuiet(): Promise<void> {
    await this.#remembering;
    do {
      this.#lookAgain = false;
      try {
        const { askedAt, live, beside, arms } = await within(ANSWER_WITHIN_MS, "PostgreSQL", this.#ask());
        this.#databaseProblem = null;
        this.#askedAt = askedAt;
        this.#known = live;
        this.#knownArms = arms;
        for (const release of live) await this.#follow(release, { canAsk: true });
        this.#hasLooked = true;
        await this.#followBeside(beside);
        await this.#followExperiments();
        await within(KEEP_WITHIN_MS, "the disk", this.#settings.local.keep(askedAt, this.#slots)).catch(
          () => undefined,
        );
        if (this.#timer) await this.#warmUp(); // a start does not wait for it
      } catch (error) {
        if (!this.#databaseProblem) this.#settings.onProblem(error as Error, {});
        this.#databaseProblem = (error as Error).message || "could not be reached";
        for (const release of this.#known) await this.#follow(release); // one may have failed for another reason
        await this.#followExperiments();
      }
    } while (this.#lookAgain && !this.#isClosed);
  }

  /** Waits so long if something can answer already. */
  async #waitFor(work: Promise<void>, shortMs: number): Promise<void> {
    const waitMs = this.canAnswer ? shortMs : FIRST_START_WITHIN_MS;
    await within(waitMs, "the start", work).catch(() => undefined);
  }

  /** A question that hangs is not asked again meanwhile: it would hold one more connection each time. */
  #ask(): Promise<Known> {
    const askedAt = new Date();
    if (this.#asking && askedAt.getTime() - this.#asking.since < GIVEN_UP_AFTER_MS)
      return this.#asking.answer;
    const { db } = this.#settings.database;
    const answer = Promise.all([listLive(db), listBeside(db), listArmReleases(db)])
      .then(([live, beside, arms]) => ({ askedAt, live, beside, arms }))
      .finally(() => {
        if (this.#asking?.answer === answer) this.#asking = undefined;
      });
    this.#asking = { since: askedAt.getTime(), answer };
    return answer;
  }

  /** Popularity lists answer at once, whatever becomes of the models. */
  async #takeLists(): Promise<void> {
    const known = await this.#settings.local.readLists();
    for (const { model, items: popular, rulesDigest, ...list } of known?.lists ?? []) {
      const rules = await this.#rulesOf(model, { rulesDigest, version: list.version });
      if (rulesDigest !== undefined && !rules) continue; // nobody is shown what they would forbid
      const { version, fence, asOf, fallbackDigest } = list;
      const nothingElse = { recommender: undefined, artifactDigest: undefined, goldenDigest: undefined };
      const parts = { version, fence, asOf, fallbackDigest, rulesDigest, rules, popular };
      this.#slotOf(model).swap({ ...parts, ...nothingElse });
    }
    this.#askedAt = known?.askedAt;
  }

  async #rulesOf(
    model: string,
    { rulesDigest, version }: { rulesDigest: string | undefined; version: number },
  ): Promise<ReleaseRules | undefined> {
    try {
      return await loadRules(this.#loading, rulesDigest);
    } catch (error) {
      this.#settings.onProblem(error as Error, { model, version });
      return undefined;
    }
  }

  async #remember(): Promise<void> {
    const known = await this.#settings.local.readLive();
    if (!known) return;
    this.#askedAt = known.askedAt;
    this.#known = known.live;
    this.#knownArms = known.arms;
    for (const release of known.lastGood) this.#before.set(release.model, [release]);
    for (const release of known.live) await this.#follow(release);
    await this.#followExperiments();
    for (const release of known.lastGood) await this.#keepWarm(release);
  }

  /** @param canAsk PostgreSQL answers, so that it can be asked what was live before */
  async #follow(live: LiveRelease, { canAsk = false } = {}): Promise<void> {
    const slot = this.#slotOf(live.model);
    slot.interactionsTable = live.interactionsTable;
    slot.baselineUntil = live.baselineUntil;
    slot.ruleBook.rules = live.rules;
    slot.noteLive(live);
    if (!slot.wants(live) || slot.swapToWarm(live)) return;
    try {
      slot.swap(await loadVersion(this.#loading, live), live);
    } catch (error) {
      if (!slot.served) await this.#serveFallback(slot, live);
      if (slot.needsStandIn) await this.#serveBefore(slot, live.model, canAsk);
      if (slot.noteFailure(live, error as Error))
        this.#settings.onProblem(error as Error, { model: live.model, version: live.version });
    }
  }

  /** What is rolled out is loaded after what is live; what isn't any more makes room. */
  async #followBeside(beside: readonly BesideRelease[]): Promise<void> {
    const models = new Set(beside.map(({ model }) => model));
    for (const [model, slot] of this.#slots) if (!models.has(model)) slot.dropBeside();
    for (const traffic of beside) {
      const slot = this.#slotOf(traffic.model);
      if (!slot.wantsBeside(traffic)) continue;
      try {
        slot.putBeside(await loadVersion(this.#loading, traffic), traffic);
      } catch (error) {
        if (slot.noteBesideFailure(traffic, error as Error))
          this.#settings.onProblem(error as Error, { model: traffic.model, version: traffic.version });
      }
    }
  }

  /** An experiment begins here once the versions of its arms were loaded, or tried; what ended makes room. */
  async #followExperiments(): Promise<void> {
    for (const { model, experiments } of this.#known) {
      const slot = this.#slotOf(model);
      slot.arms.follow(this.#knownArms.filter((arm) => arm.model === model));
      for (const release of slot.arms.releases) {
        if (!slot.arms.wants(release)) continue;
        try {
          slot.arms.put(await loadVersion(this.#loading, release), release);
        } catch (error) {
          if (slot.arms.noteFailure(release, error as Error))
            this.#settings.onProblem(error as Error, { model, version: release.version });
        }
      }
      slot.experiments = experiments;
    }
  }

  async #serveFallback(slot: Slot, live: LiveRelease): Promise<void> {
    try {
      slot.swap(await loadFallback(this.#loading, live), live);
    } catch {
      // the failure of the whole version is noted too, and says more
    }
  }

  /**
   * What is live cannot be had, not even its popularity list under its rules. The version before answers as a whole, as it
   * would go on doing on a server that runs; where no model of those before can be had, a list of theirs does.
   */
  async #serveBefore(slot: Slot, model: string, canAsk: boolean): Promise<void> {
    const { database, warmVersions } = this.#settings;
    if (canAsk) {
      const told = listLiveBefore(database.db, model, Math.max(1, warmVersions));
      await within(ANSWER_WITHIN_MS, "PostgreSQL", told).then(
        (before) => this.#before.set(model, before),
        () => undefined, // what was told earlier holds
      );
    }
    const before = this.#before.get(model) ?? [];
    for (const release of before) {
      const loaded = await loadVersion(this.#loading, release).catch(() => undefined);
      if (loaded) return slot.swap(loaded, release);
    }
    for (const release of before) if (!slot.served) await this.#serveFallback(slot, release);
  }

  /** Loads one of the versions that were live before, if one is missing: a flip waits for no more than that. */
  async #warmUp(): Promise<void> {
    const hasRoom = this.#settings.hasRoom();
    for (const [model, slot] of this.#slots) {
      slot.warm.keepAtMost(hasRoom ? this.#settings.warmVersions : 1);
      const fence = slot.served?.loaded.fence;
      if (!hasRoom || fence === undefined || this.#warmed.get(model) === fence) continue;
      const before = await listLiveBefore(this.#settings.database.db, model, this.#settings.warmVersions);
      const missing = before.find(({ version }) => slot.warm.lacks(version));
      if (missing) await this.#keepWarm(missing);
      if (!missing || slot.warm.lacks(missing.version)) this.#warmed.set(model, fence);
      if (missing) return;
    }
  }

  async #keepWarm(release: LiveRelease): Promise<void> {
    const slot = this.#slotOf(release.model);
    if (slot.served?.loaded.version === release.version) return;
    try {
      slot.keepWarm(await loadVersion(this.#loading, release), release);
    } catch (error) {
      this.#settings.onProblem(error as Error, { model: release.model, version: release.version });
    }
  }

  #slotOf(model: string): Slot {
    const slot = this.#slots.get(model) ?? new Slot();
    this.#slots.set(model, slot);
    return slot;
  }
}
