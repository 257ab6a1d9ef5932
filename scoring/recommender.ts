import { InferenceSession, Tensor } from "onnxruntime-node";
import { BrokenPromise } from "../core/errors.ts";
import { assertRecommenderFile } from "./model-file.ts";

/** One thread a session: a request's work is some hundred microseconds, and answers must not depend on cores. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  executionMode: "sequential",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

export interface Recommendation {
  itemId: string;
  score: number;
}

export interface Recommender {
  /**
   * The best items for a history of item ids, best first, at most `k` (a whole number from 1); fewer when no more are
   * worth showing, none when a learned model knows nothing in the history. Unknown ids count for nothing, and nothing
   * in the history is answered. Equal calls give equal answers.
   */
  recommend(history: readonly string[], k: number): Promise<Recommendation[]>;
  /** Frees the model once the calls under way have ended. A second call changes nothing. */
  close(): Promise<void>;
}

/**
 * Opens a recommender from its bytes, whose digest the caller has checked. Never from a path: ONNX Runtime would then
 * follow links and read files beside it.
 * @throws {BrokenPromise} the bytes are no ONNX model with Holt's signature for recommenders
 */
export async function loadRecommender(bytes: Uint8Array): Promise<Recommender> {
  assertRecommenderFile(bytes);
  const session = await InferenceSession.create(bytes, SESSION_OPTIONS).catch((error: unknown) => {
    throw new BrokenPromise(
      `recommender: ONNX Runtime cannot load it (${firstLine(error)}); restore the artifact, or train it again`,
      { cause: error },
    );
  });
  return new OnnxRecommender(session);
}

class OnnxRecommender implements Recommender {
  readonly #session: InferenceSession;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  async recommend(history: readonly string[], k: number): Promise<Recommendation[]> {
    if (this.#closing) throw new BrokenPromise("recommender: is closed; load it again");
    if (!Number.isSafeInteger(k) || k < 1) throw new RangeError(`k: ${k} is not a whole number from 1`);
    const answer = this.#run(history, k);
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#session.release());
    return this.#closing;
  }

  async #run(history: readonly string[], k: number): Promise<Recommendation[]> {
    const feeds = {
      history: new Tensor("string", history, [history.length]),
      k: new Tensor("int64", BigInt64Array.of(BigInt(k)), [1]),
    };
    const { items, scores } = await this.#session.run(feeds).catch((error: unknown) => {
      throw new BrokenPromise(`recommender: it cannot answer (${firstLine(error)}); train it again`, {
        cause: error,
      });
    });
    const ids = items?.data as string[];
    const values = scores?.data as Float32Array;
    return ids.map((itemId, rank) => {
      const score = values[rank];
      if (score === undefined || !Number.isFinite(score))
        throw new BrokenPromise(
          `recommender: the score of item "${itemId}" is ${score}, not a number; train it again`,
        );
      return { itemId, score };
    });
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0] as string;
}
