import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../db/connection.ts";
import { writeGiven } from "../../db/experiment-given.ts";
import { dropOldExposures } from "../../db/exposures.ts";
import { within } from "../within.ts";
import { abandonedFolders } from "./folder.ts";
import type { GivenTally } from "./given-tally.ts";
import { decodeRecords } from "./record.ts";
import { listSegments, type WaitingSegment } from "./segment.ts";
import { setAside } from "./set-aside.ts";
import type { Spool } from "./spool.ts";
import { storeAll } from "./store-all.ts";

/** How old what PostgreSQL has may get while all is well. */
const EVERY_MS = 1_000;
/** While PostgreSQL takes nothing, it is asked after 1 s, 2 s, 4 s, … up to this. */
const LONGEST_PAUSE_MS = 10_000;
const ABANDONED_EVERY_MS = 30_000;
const RETENTION_EVERY_MS = 3_600_000;
const LONGEST_REMOVAL_MS = 30_000;
/** At the end, PostgreSQL has this long to take the rest; what it does not take waits for the next start. */
const LAST_MS = 3_000;

export interface DrainSettings {
  spool: Spool;
  tally: GivenTally;
  database: Database;
  /** Folder below which servers have theirs. */
  folder: string;
  /** Exposures and outcomes are kept for so many days. */
  keepDays: number;
  /** Told once each time PostgreSQL begins to take nothing. */
  onProblem: (error: Error) => void;
  /** Told what was put beside, which happens to nothing that Holt wrote and the disk kept. */
  onSetAside: (count: number, reason: string) => void;
  /** Told when days that are old could not be removed; it is tried again. */
  onNotRemoved: (error: Error) => void;
}

/** Brings what a spool keeps to PostgreSQL, about once a second, and what servers left that did not come again. */
export class Drain {
  readonly #settings: DrainSettings;
  /** Of this process: another start counts from 0. */
  readonly #id = randomUUID();
  readonly #ending = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  /** One segment is stored once. */
  #turn: Promise<void> = Promise.resolve();
  #problem: string | null = null;
  #setAside = 0;
  #abandonedAt = 0;
  #retentionAt = 0;

  constructor(settings: DrainSettings) {
    this.#settings = settings;
  }

  start(): void {
    this.#settings.spool.onClosed(() => this.#wake.abort());
    this.#loop = this.#run();
  }

  /** Why PostgreSQL takes nothing; null while it does. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Records that PostgreSQL refused or the disk damaged since the start; they are in files beside the segments. */
  get setAside(): number {
    return this.#setAside;
  }

  /** Stores all that was kept until now. @throws PostgreSQL's or the disk's error; what is not stored waits */
  flush(): Promise<void> {
    this.#turn = this.#turn.catch(() => {}).then(() => this.#flush());
    return this.#turn;
  }

  async #flush(): Promise<void> {
    const { spool, tally, database } = this.#settings;
    const given = tally.takeNew();
    try {
      await spool.rotate();
      for (const segment of await spool.closedSegments()) {
        await this.#storeSegment(segment);
        await spool.remove(segment);
        this.#problem = null; // though much may be left
      }
      // after their exposures: whoever compares the two never takes what is only late for lost
      await writeGiven(database.db, this.#id, given);
    } catch (error) {
      if (given.length > 0) tally.giveBack();
      throw error;
    }
  }

  /** Stores the rest if PostgreSQL takes it soon, and ends. Call it before the spool is closed. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    await within(
      LAST_MS,
      "PostgreSQL",
      (this.#loop ?? Promise.resolve()).then(() => this.flush()),
    ).catch(this.#settings.onProblem);
  }

  async #run(): Promise<void> {
    let pauseMs = EVERY_MS;
    while (!this.#ending.signal.aborted) {
      try {
        await this.flush();
        await this.#sometimes();
        this.#problem = null;
        pauseMs = EVERY_MS;
      } catch (error) {
        if (this.#problem === null) this.#settings.onProblem(error as Error);
        this.#problem = wordsOf(error as Error);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
      const signal = this.#problem ? this.#ending.signal : this.#wake.signal;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
    }
  }

  async #sometimes(): Promise<void> {
    const { database, folder, keepDays, spool } = this.#settings;
    const now = Date.now();
    if (spool.folder !== undefined && now - this.#abandonedAt > ABANDONED_EVERY_MS) {
      this.#abandonedAt = now;
      for await (const { path } of abandonedFolders(folder, spool.folder))
        for (const segment of await listSegments(path)) {
          await this.#storeSegment(segment);
          await rm(segment.path);
        }
      await spool.weighAside();
    }
    if (now - this.#retentionAt > RETENTION_EVERY_MS) {
      this.#retentionAt = now;
      await within(LONGEST_REMOVAL_MS, "PostgreSQL", dropOldExposures(database, keepDays)).catch(
        this.#settings.onNotRemoved,
      );
    }
  }

  async #storeSegment({ path }: WaitingSegment): Promise<void> {
    const found = decodeRecords(await readFile(path));
    const refused = await storeAll(this.#settings.database, found);
    const aside = [
      ...found.damaged.map((record) => ({ record, reason: "its checksum is wrong" })),
      ...refused.map(({ line, reason }) => ({ record: line, reason })),
    ];
    if (aside.length === 0) return;
    await setAside(path, aside);
    this.#setAside += aside.length;
    this.#settings.onSetAside(aside.length, aside[0]?.reason ?? "");
  }
}

/** Said in public: nothing of what was stored. */
function wordsOf(error: Error): string {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path !== undefined) return `spool: cannot be read (${code}); look at the disk of HOLT_SPOOL_FOLDER`;
  return `PostgreSQL takes no exposures and outcomes${code === undefined ? "" : ` (${code})`}; the spool keeps them`;
}
