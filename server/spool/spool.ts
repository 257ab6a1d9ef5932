import { rm } from "node:fs/promises";
import type { SpooledKind } from "../../db/exposures.ts";
import { type OwnFolder, takeFolder } from "./folder.ts";
import { encodeRecord } from "./record.ts";
import { listSegments, Segment, type WaitingSegment } from "./segment.ts";
import { asideBytes } from "./set-aside.ts";
import { type Waiting, WaitingList } from "./waiting.ts";
import { fullSpool, wordsOf } from "./words.ts";

/** A person waits behind an exposure, and gets the answer though the disk hangs; nobody behind an outcome. */
const LONGEST_MS: Record<SpooledKind, number> = { exposure: 250, outcome: 5_000 };
/** So large a segment makes way for the next at once. Read into memory as a whole, and stored in one transaction. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 50;
/** A disk on which a write or a sync takes longer isn't waited for in this thread. */
const SLOW_WRITE_MS = 20;
const SLOW_SYNC_MS = 500;
/** After a failure the disk isn't tried again for each record. */
const PAUSE_MS = 1_000;

export interface SpoolSettings {
  /** Folder below which this server takes one of its own. */
  folder: string;
  /** What waits for PostgreSQL, and what was set aside, takes no more room than this. */
  maxBytes: number;
  /** Exposures wait for the disk itself, as outcomes always do. */
  syncExposures: boolean;
  /** Told once when records begin to be turned away, with the reason. */
  onProblem: (error: Error) => void;
  /** Told when they are kept again, and how many were not since the start. */
  onRecovered: (turnedAway: number) => void;
}

/**
 * Keeps records on the local disk until PostgreSQL has them. What was kept is never thrown away; what cannot be kept is
 * turned away, counted, and said. All records of one tick go into one write, and all that wait for the disk meanwhile
 * into its next sync.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #waiting = new WaitingList();
  #own: OwnFolder | undefined;
  #segment: Segment | undefined;
  #closing = new Set<Promise<void>>();
  #number = 0;
  #closed: WaitingSegment[] = [];
  #queue: Waiting[] = [];
  #turn: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #isWriting = false;
  /** The write under way has taken too long. */
  #isStuck = false;
  #bytes = 0;
  #asideBytes = 0;
  #turnedAway = 0;
  #problem: string | null = null;
  #notBefore = 0;
  /** Since when a segment is being brought to the disk. */
  #closingSince = Number.POSITIVE_INFINITY;
  #slowUntil = 0;
  #watch: NodeJS.Timeout | undefined;
  #onClosed: () => void = () => {};

  constructor(settings: SpoolSettings) {
    this.#settings = settings;
  }

  /** Takes its folder and finds what waits there. A folder that cannot be written to is tried again at each record. */
  async open(): Promise<void> {
    this.#watch = setInterval(() => this.#giveUpLate(), LOOK_EVERY_MS).unref();
    await this.#openFolder().catch((error: Error) => this.#fail(error));
  }

  /** The folder that is this server's; undefined while none can be had. */
  get folder(): string | undefined {
    return this.#own?.path;
  }

  /** Bytes that wait for PostgreSQL. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records that could not be kept since the start. */
  get turnedAway(): number {
    return this.#turnedAway;
  }

  /** Why records are turned away; null while they are kept. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Keeps lines of one kind together.
   * @returns true for exposures once the operating system has them, which this process's death doesn't undo, and for outcomes
   * once the disk itself has them, which a power cut doesn't undo either; false when they are not kept, or nobody can tell in
   * time (then they may be stored all the same)
   */
  append(kind: SpooledKind, lines: readonly string[]): Promise<boolean> {
    const records = lines.map((line) => encodeRecord(kind, line)).join("");
    const count = lines.length;
    if (this.#bytes + this.#asideBytes + records.length > this.#settings.maxBytes)
      this.#fail(fullSpool(this.#bytes, this.#asideBytes, this.#settings.maxBytes));
    if (Date.now() < this.#notBefore || this.#isStuck) return Promise.resolve(this.#turnAway(count));
    const synced = kind === "outcome" || this.#settings.syncExposures;
    return new Promise((settle) => {
      const one = { records, count, synced, longestMs: LONGEST_MS[kind] };
      this.#queue.push(this.#waiting.add(one, settle));
      this.#schedule();
    });
  }

  /** Begins another segment, so that what was kept until now waits with the closed ones. */
  rotate(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#closeSegment());
    return this.#turn;
  }

  /** Closed segments, oldest first; each stays until it is removed. */
  async closedSegments(): Promise<readonly WaitingSegment[]> {
    await Promise.all(this.#closing);
    return [...this.#closed];
  }

  /** Removes a segment whose records are stored. */
  async remove(segment: WaitingSegment): Promise<void> {
    await rm(segment.path, { force: true });
    this.#closed = this.#closed.filter(({ path }) => path !== segment.path);
    this.#bytes -= segment.bytes;
  }

  /** Finds how much was set aside; people take it away when they have looked at it. */
  async weighAside(): Promise<void> {
    if (this.#own) this.#asideBytes = await asideBytes(this.#own.path);
  }

  /** Calls `listener` when a segment is full. */
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  /** Keeps what was given until now, then nothing more. */
  async close(): Promise<void> {
    this.#notBefore = Number.POSITIVE_INFINITY;
    if (this.#queue.length > 0) this.#schedule();
    await new Promise(setImmediate);
    await this.rotate();
    await Promise.all(this.#closing);
    clearInterval(this.#watch);
    this.#own?.release();
  }

  async #openFolder(): Promise<string> {
    if (this.#own) return this.#own.path;
    const own = await takeFolder(this.#settings.folder);
    this.#closed = await listSegments(own.path);
    this.#bytes = this.#closed.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#number = this.#closed.at(-1)?.number ?? 0;
    this.#own = own;
    await this.weighAside();
    return own.path;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#turn = this.#turn.then(() => this.#writeQueued());
    });
  }

  async #writeQueued(): Promise<void> {
    this.#isScheduled = false;
    const batch = this.#queue;
    if (batch.length === 0) return;
    this.#queue = [];
    this.#isWriting = true;
    try {
      const bytes = Buffer.from(batch.map(({ records }) => records).join(""));
      this.#segment ??= await this.#createSegment();
      const startedAt = Date.now();
      await this.#segment.write(bytes, { atOnce: this.#isQuick(startedAt) });
      if (Date.now() - startedAt > SLOW_WRITE_MS) this.#slowUntil = Date.now() + PAUSE_MS;
      this.#bytes += bytes.length;
      this.#recover();
      for (const one of batch.filter(({ synced }) => !synced)) this.#waiting.settle(one, true);
      const synced = batch.filter((one) => one.synced);
      if (synced.length > 0) this.#settleSynced(synced, this.#segment.sync());
    } catch (error) {
      this.#fail(error as Error);
      for (const one of batch) this.#giveUp(one);
      await this.#segment?.cutTorn().catch(() => {}); // then its checksum is wrong, and nobody was told that it is kept
      await this.#closeSegment();
    } finally {
      this.#isWriting = false;
      this.#isStuck = false;
    }
    if ((this.#segment?.bytes ?? 0) >= SEGMENT_BYTES) {
      await this.#closeSegment();
      this.#onClosed();
    }
  }

  /** Others are written meanwhile. */
  async #settleSynced(batch: readonly Waiting[], sync: Promise<void>): Promise<void> {
    try {
      await sync;
      for (const one of batch) this.#waiting.settle(one, true);
    } catch (error) {
      this.#fail(error as Error);
      for (const one of batch) this.#giveUp(one);
    }
  }

  /** Numbers are times, so that none comes again, even when all before it are gone. */
  async #createSegment(): Promise<Segment> {
    const folder = await this.#openFolder();
    this.#number = Math.max(Date.now(), this.#number + 1);
    return Segment.create(folder, this.#number);
  }

  /** Others are written meanwhile: the disk has its time. */
  async #closeSegment(): Promise<void> {
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = undefined;
    const number = this.#number;
    if (this.#closing.size === 0) this.#closingSince = Date.now();
    const closing = segment
      .close()
      .catch((error: Error) => this.#settings.onProblem(error))
      .then(() => {
        this.#closed.push({ path: segment.path, number, bytes: segment.bytes });
        this.#closed.sort((a, b) => a.number - b.number);
        this.#closing.delete(closing);
        this.#closingSince = this.#closing.size === 0 ? Number.POSITIVE_INFINITY : Date.now();
      });
    this.#closing.add(closing);
  }

  /**
   * Whether the disk does its work, so that a write may be waited for in this thread. The operating system takes it at once
   * then; when the disk hangs, it may not, and this thread has all answers to give.
   */
  #isQuick(now: number): boolean {
    return now > this.#slowUntil && now - this.#closingSince < SLOW_SYNC_MS;
  }

  /** The product gets its answer though the disk hangs. */
  #giveUpLate(): void {
    const late = this.#waiting.look(LOOK_EVERY_MS);
    if (late.length === 0) return;
    this.#isStuck = this.#isWriting;
    this.#fail(new Error("spool: the disk of HOLT_SPOOL_FOLDER takes too long to write; look at it"));
    for (const one of late) this.#giveUp(one);
  }

  #giveUp(one: Waiting): void {
    if (this.#waiting.settle(one, false)) this.#turnAway(one.count);
  }

  #fail(error: Error): void {
    this.#notBefore = Math.max(this.#notBefore, Date.now() + PAUSE_MS);
    if (this.#problem === null) this.#settings.onProblem(error);
    this.#problem = wordsOf(error);
  }

  #recover(): void {
    if (this.#problem !== null) this.#settings.onRecovered(this.#turnedAway);
    this.#problem = null;
  }

  #turnAway(count: number): false {
    this.#turnedAway += count;
    return false;
  }
}
