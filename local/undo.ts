/** What was started, ended in reverse order: the newest first, everything though one fails. */
export class Undo {
  readonly #steps: (() => Promise<void>)[] = [];
  #ending: Promise<void> | undefined;

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  get hasBegun(): boolean {
    return this.#ending !== undefined;
  }

  /** @throws the first failure, after all steps were tried; a second call gives the same end */
  all(): Promise<void> {
    this.#ending ??= this.#run();
    return this.#ending;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.toReversed()) await step().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
