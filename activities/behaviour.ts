import { PlayOutcomes, PlaySample } from "../core/metamorphic.ts";
import type { Items } from "../core/qa-items.ts";
import { type Served, servedShelf } from "../scoring/served-shelf.ts";
import { seededRandom } from "../trainers/random.ts";

const SEED = 20_241_106;

/** Draws who plays one more of a genre; fed by the pass over everybody. The same people for the same table. */
export function samplePlays(): PlaySample {
  return new PlaySample(seededRandom(SEED));
}

/** Asks for each drawn person's shelf again, with one more play in the history. */
export async function playOneMore(
  sample: PlaySample,
  of: { served: Served; items: Items; k: number; hadBy(itemId: string): number; signal?: AbortSignal },
): Promise<PlayOutcomes> {
  const outcomes = new PlayOutcomes(of.items);
  for (const play of sample.plays(of.items, (itemId) => of.hadBy(itemId) > 0)) {
    of.signal?.throwIfAborted();
    const { items } = await servedShelf(of.served, [...play.history, play.itemId], of.k);
    outcomes.add(
      play,
      items.map(({ itemId }) => itemId),
    );
  }
  return outcomes;
}
