/** Counts the answers that this server gave in arms of experiments, where nothing of them can be lost yet. */
import type { GivenDay } from "../../db/experiment-given.ts";
import { timeOf } from "../../store/timed-id.ts";
import type { Spool } from "./spool.ts";

type Given = GivenDay & { experiment: string };

const DAY_MS = 86_400_000;
/** Of a UUID, with which an exposure's line begins. */
const ID_LENGTH = 36;
/** What recommend.ts has in an exposure's context, as its line has it; a quote within somebody's text has a backslash before it. */
const IN_EXPERIMENT = /"experiment":\{"id":"([^"\\]+)","arm":"([^"\\]+)"/;
const LEFT_OUT = ',"leftOut":"';

/** By experiment, arm and day of the answer, since the start. */
export class GivenTally {
  readonly #counts = new Map<string, Given>();
  #hasNew = false;

  /** The same spool, of which each exposure that counts in an analysis is counted once it is kept, or once that failed. */
  over(spool: Pick<Spool, "append">): Pick<Spool, "append"> {
    return {
      append: (kind, lines) => {
        const kept = spool.append(kind, lines);
        const given = kind === "exposure" ? lines.flatMap(givenIn) : [];
        return given.length === 0 ? kept : kept.then((isKept) => this.#count(given, isKept));
      },
    };
  }

  /** All counts, where there is something new since the last time; nothing otherwise. */
  takeNew(): Given[] {
    if (!this.#hasNew) return [];
    this.#hasNew = false;
    return [...this.#counts.values()].map((given) => ({ ...given }));
  }

  /** They could not be written: they are new again. */
  giveBack(): void {
    this.#hasNew = true;
  }

  #count(given: readonly Pick<Given, "experiment" | "arm" | "day">[], isKept: boolean): boolean {
    for (const { experiment, arm, day } of given) {
      const key = `${experiment} ${arm} ${day}`;
      const count = this.#counts.get(key) ?? { experiment, arm, day, answers: 0, notKept: 0 };
      count.answers += 1;
      if (!isKept) count.notKept += 1;
      this.#counts.set(key, count);
    }
    this.#hasNew = true;
    return isKept;
  }
}

function givenIn(line: string): Pick<Given, "experiment" | "arm" | "day">[] {
  const found = IN_EXPERIMENT.exec(line);
  const at = timeOf(line.slice(0, ID_LENGTH));
  if (!found || line.includes(LEFT_OUT, found.index) || !Number.isFinite(at)) return [];
  const day = new Date(Math.floor(at / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
  return [{ experiment: found[1] as string, arm: found[2] as string, day }];
}
