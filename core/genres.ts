/** What an items table's genre column says, as the parts of the report go by it. */

/** Several genres stand in one cell with strokes between them, as in `Comedy|Drama`; none where the cell is empty. */
export function genresIn(cell: string | null | undefined): string[] {
  if (!cell) return [];
  return [...new Set(cell.split("|").map((genre) => genre.trim()))].filter((genre) => genre !== "");
}

/** Genres by item, for those that have one. */
export function genreTable(cells: Iterable<readonly [string, string | null]>): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const [itemId, cell] of cells) {
    const genres = genresIn(cell);
    if (genres.length > 0) table.set(itemId, genres);
  }
  return table;
}

/** Items by genre: an item of several stands in each. */
export function itemsByGenre(genres: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const [itemId, of] of genres)
    for (const genre of of) {
      const items = table.get(genre);
      if (items) items.push(itemId);
      else table.set(genre, [itemId]);
    }
  return table;
}
