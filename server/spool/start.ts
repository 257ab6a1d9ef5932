import type { Database } from "../../db/connection.ts";
import { Drain } from "./drain.ts";
import { GivenTally } from "./given-tally.ts";
import type { SpoolLimits } from "./settings.ts";
import { Spool } from "./spool.ts";

export interface SpoolState {
  /** What is amiss, in a sentence; null when nothing is. */
  problem: string | null;
  /** Bytes on the disk that PostgreSQL has not taken yet. */
  waitingBytes: number;
  /** Since the start: what could not be kept, while people got their answers all the same. */
  notRecorded: number;
  /** Since the start: what PostgreSQL refused or the disk damaged; it is in files beside the spool. */
  setAside: number;
}

export interface RunningSpool {
  spool: Spool;
  /** Counts what is given in arms of experiments; stored with what is recorded. */
  tally: GivenTally;
  /** Stores all that was kept until now, at once. @throws what PostgreSQL says; nothing is lost then */
  flush(): Promise<void>;
  state(): SpoolState;
  close(): Promise<void>;
}

/** Keeps exposures and outcomes in `folder` and brings them to PostgreSQL. Starts whatever is down or full. */
export async function startSpool(of: {
  database: Database;
  folder: string;
  limits: SpoolLimits;
  log: Record<"error" | "warn", (about: object, message: string) => void>;
}): Promise<RunningSpool> {
  const { database, folder, log } = of;
  const { maxBytes, keepDays, syncExposures } = of.limits;
  const spool = new Spool({
    ...{ folder, maxBytes, syncExposures },
    onProblem: (error) => log.error({ err: error }, "exposures and outcomes are not recorded"),
    onRecovered: (count) =>
      log.warn({ count }, "exposures and outcomes are recorded again; so many were not"),
  });
  await spool.open();
  const tally = new GivenTally();
  const drain = new Drain({
    ...{ spool, tally, database, folder, keepDays },
    onProblem: (error) =>
      log.warn({ err: error }, "PostgreSQL takes no exposures and outcomes; the spool keeps them"),
    onNotRemoved: (error) =>
      log.warn({ err: error }, "exposures that are old could not be removed; it is tried again in an hour"),
    onSetAside: (count, reason) =>
      log.error({ count, reason }, "exposures or outcomes were set aside beside the spool"),
  });
  drain.start();
  return {
    spool,
    tally,
    flush: () => drain.flush(),
    state: () => ({
      problem: spool.problem ?? drain.problem,
      waitingBytes: spool.bytes,
      notRecorded: spool.turnedAway,
      setAside: drain.setAside,
    }),
    async close() {
      await drain.close();
      await spool.close();
    },
  };
}
