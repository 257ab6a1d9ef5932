import { Worker, type WorkflowBundleOption } from "@temporalio/worker";
import type { History } from "./replay.ts";

/** What the SDK takes; histories of one replay worker follow one another, so one name does for all. */
interface Asked {
  workflowId: string;
  history: History;
}

/**
 * A replay worker of the SDK that stays: to start one costs half a second of processor time, to replay a history on it a
 * few milliseconds. One history at a time; `close` it.
 */
export class Replayer {
  readonly #code: WorkflowBundleOption;
  #results: ReturnType<typeof Worker.runReplayHistories> | undefined;
  #next = Promise.withResolvers<Asked | undefined>();

  constructor(code: WorkflowBundleOption) {
    this.#code = code;
  }

  /** Executes a history, without activities. Returns what the SDK says where the code wants something else. */
  async replay(history: History): Promise<Error | undefined> {
    this.#results ??= Worker.runReplayHistories({ workflowBundle: this.#code }, this.#asked());
    this.#next.resolve({ workflowId: "replayed", history });
    try {
      const result = await this.#results.next();
      return result.done ? new Error("the replay worker ended") : result.value.error;
    } catch (error) {
      this.#results = undefined; // it has ended; the next history gets another
      this.#next = Promise.withResolvers();
      return error as Error;
    }
  }

  async close(): Promise<void> {
    this.#next.resolve(undefined);
    await this.#results?.next();
    this.#results = undefined;
  }

  async *#asked(): AsyncGenerator<Asked> {
    for (;;) {
      const asked = await this.#next.promise;
      if (!asked) return;
      this.#next = Promise.withResolvers();
      yield asked;
    }
  }
}
