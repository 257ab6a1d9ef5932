import type { Preview, ShelfItem } from "../../core/qa-report.ts";
import { changesAgainst } from "../../core/shelf-change.ts";
import { FILMS } from "./page-films.ts";

const CANDIDATE = [11, 5, 12, 13, 14, 8, 10, 7, 9, 6];
const LIVE = [7, 6, 5, 14, 10, 9, 3, 0, 4, 11];

/** Somebody's shelves, whose every kind of difference and reason is there. */
export function examplePreview({ user, note }: { user: string; note: string }): Preview {
  return {
    user,
    note,
    history: [0, 1, 2, 12, 3].map((film) => ({ ...named(film), genre: FILMS[film]?.genre ?? null })),
    candidate: shelf(CANDIDATE, [1, 12]),
    baseline: shelf(LIVE, []),
    champion: shelf(LIVE, []),
  };
}

function shelf(films: readonly number[], because: readonly number[]): ShelfItem[] {
  const changes = changesAgainst(films.map(String), LIVE.map(String));
  return films.map((film, place) => ({
    ...named(film),
    score: 1 - place / 20,
    genre: FILMS[film]?.genre ?? null,
    picture: null,
    because: because.map(named),
    change: changes[place] ?? null,
  }));
}

function named(film: number) {
  return { itemId: String(film), title: FILMS[film]?.title ?? "" };
}
