/** One person as the QA's pass over everybody sees them: what each accumulator of the report is fed with. */
import type { Recommendation } from "./shelf-count.ts";

export interface PersonShelves {
  userId: string;
  /** Oldest first, each item once. */
  history: readonly string[];
  /** Items kept from the model for judging it; empty in the pass over whole histories. */
  heldOut: ReadonlySet<string>;
  /** The segments that the person is in, such as `age/18-24`. */
  segments: readonly string[];
  /** Each shelf as it would be served: the popularity list where the model has nothing. */
  candidate: readonly Recommendation[];
  champion: readonly Recommendation[] | undefined;
  baseline: readonly Recommendation[];
}
