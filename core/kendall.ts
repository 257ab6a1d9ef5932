/**
 * Kendall's tau-b between two rankings of the items that either shows (Kendall 1945, with ties): an item that a ranking
 * doesn't show stands below all that it shows, tied with the others that it lacks. -1 to 1; undefined when a ranking
 * tells no two of the items apart.
 */
export function kendallTauB(some: readonly string[], others: readonly string[]): number | undefined {
  const [first, second] = [placesOf(some), placesOf(others)];
  const items = [...new Set([...some, ...others])];
  let agreeing = 0;
  let [apartInFirst, apartInSecond] = [0, 0];
  for (let a = 0; a < items.length; a += 1)
    for (let b = a + 1; b < items.length; b += 1) {
      const inFirst = Math.sign(placeIn(first, items[a]) - placeIn(first, items[b]));
      const inSecond = Math.sign(placeIn(second, items[a]) - placeIn(second, items[b]));
      agreeing += inFirst * inSecond;
      apartInFirst += Math.abs(inFirst);
      apartInSecond += Math.abs(inSecond);
    }
  const pairs = Math.sqrt(apartInFirst * apartInSecond);
  return pairs === 0 ? undefined : agreeing / pairs;
}

function placesOf(ranking: readonly string[]): Map<string, number> {
  return new Map(ranking.map((item, place) => [item, place]));
}

function placeIn(places: ReadonlyMap<string, number>, item: string | undefined): number {
  return places.get(item as string) ?? places.size;
}
