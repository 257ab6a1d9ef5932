/** Most texts that are known at a time, some 10 MB. */
const MOST_KNOWN = 100_000;

/**
 * One copy of each text for all who have it. PostgreSQL's answers have a copy of each item's id for each person; ids that
 * all share are in the processor's cache already when a person's turn comes, and take the memory of one.
 */
export class SharedStrings {
  readonly #known = new Map<string, string>();

  /** The same texts, those that were seen before as the copy that was seen first. */
  share(texts: readonly string[]): string[] {
    return texts.map((text) => {
      const known = this.#known.get(text);
      if (known !== undefined) return known;
      if (this.#known.size >= MOST_KNOWN) this.#known.clear(); // what is in use stays, as copies of those who use it
      this.#known.set(text, text);
      return text;
    });
  }
}
