import { NotFound } from "../../../core/errors.ts";
import type { ArtifactStore } from "../../../store/artifacts.ts";

/** Artifacts from the server's own folder, and from the store that all share when they aren't there: then they are copied. */
export class LocalArtifacts {
  readonly #local: ArtifactStore;
  readonly #shared: ArtifactStore;
  readonly #onProblem: (error: Error) => void;

  /** @param onProblem told about a copy that could not be written, or that changed */
  constructor(local: ArtifactStore, shared: ArtifactStore, onProblem: (error: Error) => void) {
    this.#local = local;
    this.#shared = shared;
    this.#onProblem = onProblem;
  }

  /** The bytes, checked against their digest. @throws {NotFound} neither has it @throws {BrokenPromise} they changed */
  async get(digest: string): Promise<Uint8Array> {
    try {
      return await this.#local.get(digest);
    } catch (error) {
      if (!(error instanceof NotFound)) this.#onProblem(error as Error);
      const bytes = await this.#shared.get(digest);
      await this.#local.put(bytes).catch(this.#onProblem);
      return bytes;
    }
  }
}
