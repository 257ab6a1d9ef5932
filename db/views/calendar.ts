/** The change calendars of applied definitions, and what overrides them. */
import { type Kysely, sql } from "kysely";
import { definitionSchema } from "../../core/definition.ts";
import type { CalendarFreeze } from "../../core/definition-freezes.ts";
import type { Tables } from "../tables.ts";

export interface ModelCalendar {
  model: string;
  freezes: readonly CalendarFreeze[];
  /** Until when it is overridden now; null when it isn't. */
  overriddenUntil: Date | null;
}

/** Of models that have one, by name. */
export async function listCalendars(db: Kysely<Tables>): Promise<ModelCalendar[]> {
  const rows = await db
    .selectFrom("model")
    .innerJoin("definition", "definition.digest", "model.definition_digest")
    .where(sql<boolean>`definition.body::jsonb ? 'freezes'`)
    .select(["model.name", "definition.body"])
    .select((of) =>
      of
        .selectFrom("safeguard")
        .select((each) => each.fn.max("ends_at").as("until"))
        .whereRef("safeguard.model", "=", "model.name")
        .where("kind", "=", "thaw")
        .where("lifted_at", "is", null)
        .where("starts_at", "<=", sql<Date>`clock_timestamp()`)
        .where("ends_at", ">", sql<Date>`clock_timestamp()`)
        .as("overridden_until"),
    )
    .orderBy("model.name")
    .execute();
  return rows.map(({ name, body, overridden_until }) => ({
    model: name,
    freezes: definitionSchema.parse(body).freezes ?? [],
    overriddenUntil: overridden_until,
  }));
}
