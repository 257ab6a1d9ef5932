import type { Definition } from "../core/definition.ts";
import type { ChosenIds } from "../core/definition-qa.ts";
import { type LabelSource, openPeopleLabels, type PeopleLabels } from "../db/people-labels.ts";
import { type PlacedSql, type QaSession, readIds, readValues } from "../db/qa-inputs.ts";

/** What the definition says about items and people, asked for where it is SQL. */
export interface QaInputs {
  /** Undefined when an item's value is its interactions. */
  values: Map<string, number> | undefined;
  mustHave: Map<string, string[]>;
  forbidden: Map<string, string[]>;
  /** Undefined when they are the items without interactions. */
  newItems: string[] | undefined;
  retiredItems: string[];
  /** Rules about some people only; labels are the rules' names. */
  groups: PeopleLabels;
  /** Opens everybody's segments for one pass over people; labels are as in `age/18-24`. */
  openSegments(): Promise<PeopleLabels>;
}

/** @throws {InvalidInput} PostgreSQL refuses a query, or its columns are not what is needed */
export async function readQaInputs(session: QaSession, { qa }: Definition): Promise<QaInputs> {
  const { value, mustHave, forbidden, segments, extremes } = qa;
  const idsOf = async (of: Record<string, { items: ChosenIds }>, part: string) => {
    const ids = new Map<string, string[]>();
    for (const [name, { items }] of Object.entries(of))
      ids.set(name, await readChosen(session, items, `qa.${part}.${name}.items`));
    return ids;
  };
  return {
    values: value && (await readValues(session, { place: "qa.value.sql", sql: value.sql })),
    mustHave: await idsOf(mustHave, "mustHave"),
    forbidden: await idsOf(forbidden, "forbidden"),
    newItems: extremes.newItems && (await readChosen(session, extremes.newItems, "qa.extremes.newItems")),
    retiredItems: extremes.retiredItems
      ? await readChosen(session, extremes.retiredItems, "qa.extremes.retiredItems")
      : [],
    groups: await openPeopleLabels(
      session,
      Object.entries(forbidden).flatMap(([name, { people }]): LabelSource[] =>
        people
          ? [
              {
                name,
                of: "ids" in people ? people.ids : placed(people.sql, `qa.forbidden.${name}.people`),
                bySegment: false,
              },
            ]
          : [],
      ),
    ),
    openSegments: () =>
      openPeopleLabels(
        session,
        Object.entries(segments).map(([name, { sql }]) => ({
          name,
          of: placed(sql, `qa.segments.${name}`),
          bySegment: true,
        })),
      ),
  };
}

async function readChosen(session: QaSession, chosen: ChosenIds, place: string): Promise<string[]> {
  return "ids" in chosen ? chosen.ids : readIds(session, placed(chosen.sql, place));
}

function placed(sql: string, place: string): PlacedSql {
  return { place: `${place}.sql`, sql };
}
