import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Definition, DefinitionInput } from "../../core/definition.ts";
import { definitionSchema } from "../../core/definition.ts";

const PEOPLE = 60;
const ITEMS = 40;
const RATINGS_A_PERSON = 12;
const FIRST_DAY_S = 1_700_000_000;

/**
 * A model whose whole lifecycle takes seconds: 60 people of two tastes and 40 items, always the same. Learned candidates
 * beat the popularity list, since a person's items tell their taste.
 */
export function smallModel(change: Partial<DefinitionInput> = {}): DefinitionInput {
  return {
    name: "shelf",
    description: "Five items for each person",
    sources: {
      ratings: {
        file: "ratings.csv",
        columns: {
          user_id: { type: "text" },
          item_id: { type: "text" },
          rated_at: { type: "epoch_seconds" },
        },
        key: ["user_id", "item_id"],
        eventTime: "rated_at",
        knownTime: "rated_at",
      },
      titles: {
        file: "titles.csv",
        columns: { item_id: { type: "text" }, title: { type: "text" } },
        key: ["item_id"],
      },
    },
    features: {
      items: { sql: "select item_id, title from {{ titles }}" },
      interactions: { sql: "select user_id, item_id, rated_at as event_time from {{ ratings }}" },
    },
    steps: {
      every_rating_has_a_title: {
        sql: "select item_id from {{ ratings }} ratings where not exists (select from {{ titles }} titles where titles.item_id = ratings.item_id)",
        expect: "no rows",
        skippable: true,
      },
    },
    interactions: "interactions",
    items: "items",
    candidates: {
      similar: { trainer: "item_similarity", neighbours: 10 },
      als: { trainer: "als", factors: 4, iterations: 3 },
    },
    evaluation: { holdoutShare: 0.25, k: 5 },
    choose: { minGain: 0.01 },
    qa: { peopleCoverage: { atLeast: 0.5 }, itemCoverage: { atLeast: 0.1 }, preview: ["p01"] },
    ...change,
  };
}

/** The same with every default filled in. */
export function smallModelParsed(change: Partial<DefinitionInput> = {}): Definition {
  return definitionSchema.parse(smallModel(change));
}

/** Writes the model's files, the same each time, and returns their folder. */
export async function writeSmallFiles(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "ratings.csv"), ratingsCsv());
  await writeFile(join(folder, "titles.csv"), titlesCsv());
  return folder;
}

/** Each person's items come from their taste's half of the shelf, the popular ones more often. */
export function ratingsCsv(): string {
  const random = randomNumbers(7);
  const lines = ["user_id,item_id,rated_at"];
  for (let person = 0; person < PEOPLE; person++) {
    const firstItem = person % 2 === 0 ? 0 : ITEMS / 2;
    const seen = new Set<number>();
    while (seen.size < RATINGS_A_PERSON) seen.add(firstItem + Math.floor(random() ** 1.5 * (ITEMS / 2)));
    [...seen].forEach((item, at) => {
      lines.push(`p${pad(person)},i${pad(item)},${FIRST_DAY_S + person * 100_000 + at * 1_000}`);
    });
  }
  return `${lines.join("\n")}\n`;
}

export function titlesCsv(): string {
  const rows = Array.from({ length: ITEMS }, (_, item) => `i${pad(item)},Item ${item}`);
  return `${["item_id,title", ...rows].join("\n")}\n`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

/** Park and Miller's generator: enough for made-up ratings, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
