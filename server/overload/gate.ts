import type { ServerResponse } from "node:http";
import type { Admission } from "./admission.ts";

/** Of each turn of the event loop, the line gets as long as all else together took, and no less than this. */
const LEAST_SLICE_MS = 1;

/** One that came while there was no place. */
interface Waiting {
  response: ServerResponse;
  letIn: () => void;
  refuse: () => void;
}

/**
 * Where products' requests arrive, before anything is done for them. Who finds no place, or others in front, stands in line
 * for some turns of the event loop: at the front, a place that is free by then is theirs, and who finds none is refused.
 * Without it a turn would refuse all that came, hundreds of them, and an answer, which takes some turns, would wait for them.
 */
export class Gate {
  readonly #admission: Admission;
  readonly #line: Waiting[] = [];
  #leftAt = 0;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /** Calls one of both, once, unless the connection ends before. */
  arrive(one: Waiting): void {
    if (this.#line.length === 0 && this.#admission.hasRoom("online")) one.letIn();
    else if (this.#line.push(one) === 1) this.#comeAgain();
  }

  #comeAgain(): void {
    this.#leftAt = performance.now();
    setImmediate(() => this.#serve());
  }

  #serve(): void {
    const now = performance.now();
    const until = now + Math.max(LEAST_SLICE_MS, now - this.#leftAt);
    do {
      const { response, letIn, refuse } = this.#line.shift() as Waiting;
      if (response.destroyed) continue;
      if (this.#admission.refuses("online")) refuse();
      else letIn();
    } while (this.#line.length > 0 && performance.now() < until);
    if (this.#line.length > 0) this.#comeAgain();
  }
}
