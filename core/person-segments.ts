/** The segments of the people of a training set, which has no names: by their place in it. */

export class PersonSegments {
  /** Sets of segments that somebody is in; few, however many people there are. */
  readonly #sets: (readonly string[])[] = [];
  readonly #known = new Map<string, number>();
  #ofPerson = new Uint32Array(1_024);
  #people = 0;

  /** The next person of the training set. */
  add(segments: readonly string[]): void {
    const key = JSON.stringify(segments);
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#sets.push(segments) - 1;
      this.#known.set(key, index);
    }
    if (this.#people === this.#ofPerson.length) {
      const larger = new Uint32Array(this.#people * 2);
      larger.set(this.#ofPerson);
      this.#ofPerson = larger;
    }
    this.#ofPerson[this.#people] = index;
    this.#people += 1;
  }

  get people(): number {
    return this.#people;
  }

  /** Segments of the person at this place, from 0; none of somebody beyond the last. */
  of(person: number): readonly string[] {
    return person < this.#people ? (this.#sets[this.#ofPerson[person] as number] ?? []) : [];
  }
}
