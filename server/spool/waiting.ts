/** Lines that somebody waits for. */
export interface Waiting {
  records: string;
  count: number;
  /** Waits for the disk itself, which a power cut doesn't undo, not for the operating system only. */
  synced: boolean;
  /** Then it is told that nobody knows. */
  longestMs: number;
}

interface Waiter {
  settle: (isKept: boolean) => void;
  waitedMs: number;
}

/** Those who were not told yet whether their lines are kept. Each is told once. */
export class WaitingList {
  readonly #waiters = new Map<Waiting, Waiter>();

  add(one: Waiting, settle: (isKept: boolean) => void): Waiting {
    this.#waiters.set(one, { settle, waitedMs: 0 });
    return one;
  }

  /** False when it was told before. */
  settle(one: Waiting, isKept: boolean): boolean {
    const waiter = this.#waiters.get(one);
    if (!waiter) return false;
    this.#waiters.delete(one);
    waiter.settle(isKept);
    return true;
  }

  /**
   * Those who have waited for too long. Looks are counted, not the clock: when this process itself hung, the disk may
   * have been quick.
   * @param passedMs how often it is called
   */
  look(passedMs: number): Waiting[] {
    const late: Waiting[] = [];
    for (const [one, waiter] of this.#waiters) {
      waiter.waitedMs += passedMs;
      if (waiter.waitedMs > one.longestMs) late.push(one);
    }
    return late;
  }
}
