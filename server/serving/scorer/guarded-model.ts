import type { Recommendation, Recommender } from "../../../scoring/recommender.ts";
import type { ServedModel } from "../served-version.ts";
import { Breaker } from "./breaker.ts";

/** Answers that fail or come late, in a row; then the model rests 2 s, 4 s, … up to 30 s before one request tries it. */
const BREAKER = { opensAfter: 5, restMs: 2_000, longestRestMs: 30_000 };
/** A model that fails for longer has its answers given by the version before. */
const LONG_MS = 10_000;

/** No model is asked at this moment; who rests or restarts it says so. */
export class ModelAway extends Error {
  override name = "ModelAway";
}

/** A model in service: it is left alone while it fails. */
export class GuardedModel implements Recommender, ServedModel {
  readonly isByPerson = false;
  readonly #model: Recommender;
  readonly #breaker = new Breaker(BREAKER);
  #lastProblem = "";
  /** Said to all while it rests: an error of its own for each would cost what the rest saves. */
  #rests: ModelAway | undefined;

  constructor(model: Recommender) {
    this.#model = model;
  }

  /** Has failed for long and rests: another version should answer. False when it is time to try it again. */
  get isGivenUp(): boolean {
    const now = performance.now();
    return this.#breaker.rests(now) && this.#breaker.failingForMs(now) >= LONG_MS;
  }

  /** What it fails with, while it isn't asked; null when all is well. */
  get problem(): string | null {
    return this.#breaker.isOpen ? this.#lastProblem : null;
  }

  /** As the model's own. @throws {ModelAway} it rests @throws what the model throws */
  async recommend(history: readonly string[], k: number): Promise<Recommendation[]> {
    if (!this.#breaker.mayTry(performance.now())) {
      this.#rests ??= new ModelAway(`model: rests after failures (${this.#lastProblem}); it is tried again`);
      throw this.#rests;
    }
    try {
      const items = await this.#model.recommend(history, k);
      this.#breaker.succeeded();
      return items;
    } catch (error) {
      if (error instanceof ModelAway) this.#breaker.cannotTell();
      else {
        this.#lastProblem = (error as Error).message;
        this.#rests = undefined;
        this.#breaker.failed(performance.now());
      }
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#model.close();
  }
}
