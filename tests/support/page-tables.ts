/** Models that can be asked and tables that hold a few people, so that a page can look up anybody by id. */
import { sql } from "kysely";
import type { Database } from "../../db/connection.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { digestOf } from "../../store/digest.ts";
import { storeModels } from "./shop.ts";

/** Of the item ids `i00` to `i19`, in their order; the proposed model knows all, the live one the first six. */
const TIMES = ["Early", "Late", "Quiet", "Bright"];
const THINGS = ["Train", "Harbour", "Garden", "Winter", "Signal"];
const KNOWN = { proposed: 20, live: 6 };
/** By user id, the earliest first. */
const HISTORIES: Record<string, readonly string[]> = {
  anna: ["i03", "i04", "i05"],
  "ben@films.example": ["i17"],
};

export interface PageTables {
  proposed: { artifact: string; fallback: string };
  live: { artifact: string; fallback: string };
  /** What the step of a feature leaves, by the feature's name. */
  details: Record<"interactions" | "items", Record<string, string | number>>;
}

/** Stores two models and fills the tables of the features "interactions" and "items". */
export async function addPageTables({ db }: Database, store: ArtifactStore): Promise<PageTables> {
  await sql`create table data.page_items (item_id text primary key, title text, genre text)`.execute(db);
  await sql`create table data.page_interactions (user_id text, item_id text, event_time timestamptz)`.execute(
    db,
  );
  const titles = TIMES.flatMap((time) =>
    THINGS.map((thing) => ({ title: `${time} ${thing}`, genre: thing })),
  );
  for (const [index, { title, genre }] of titles.entries())
    await sql`insert into data.page_items values (${`i${String(index).padStart(2, "0")}`}, ${title}, ${genre})`.execute(
      db,
    );
  for (const [user, items] of Object.entries(HISTORIES))
    await sql`
      insert into data.page_interactions
      select ${user}, item, timestamptz '2026-01-01' + place * interval '1 day'
      from unnest(${items as string[]}::text[]) with ordinality as had (item, place)`.execute(db);
  const detail = (tableName: string, featureTableId: number, rows: number) => ({
    ...{ featureTableId, tableName, rows },
    inputDigest: digestOf(tableName),
  });
  return {
    proposed: await storeModels(store, "i", KNOWN.proposed),
    live: await storeModels(store, "i", KNOWN.live),
    details: {
      interactions: detail("page_interactions", 1, Object.values(HISTORIES).flat().length),
      items: detail("page_items", 2, titles.length),
    },
  };
}
