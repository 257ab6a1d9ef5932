/** QA settings that fit the schema each for itself, but could not be honoured. A rule is a function. */
import type { Definition } from "./definition.ts";
import type { Fault } from "./faults.ts";

type Path = (string | number)[];

export function findQaFaults(definition: Definition): Fault[] {
  return [doubleIds, ranksBeyondTheShelf, casesThatCannotHold, genresThatAreMissing].flatMap((rule) =>
    rule(definition),
  );
}

function doubleIds({ qa }: Definition): Fault[] {
  const lists: [Path, readonly string[]][] = [
    ...Object.entries(qa.mustHave).flatMap(([name, { items }]) =>
      written(["mustHave", name, "items"], items),
    ),
    ...Object.entries(qa.forbidden).flatMap(([name, { people, items }]) => [
      ...written(["forbidden", name, "people"], people),
      ...written(["forbidden", name, "items"], items),
    ]),
    ...Object.entries(qa.cases).flatMap(([name, { must, may, mustNot }]): [Path, readonly string[]][] => [
      [["cases", name, "must"], must],
      [["cases", name, "may"], may ?? []],
      [["cases", name, "mustNot"], mustNot],
    ]),
    [["preview"], qa.preview.map((person) => (typeof person === "string" ? person : person.user))],
  ];
  return lists.flatMap(([path, values]) =>
    values.flatMap((value, index) =>
      values.indexOf(value) === index
        ? []
        : [{ path: ["qa", ...path, index], problem: `"${value}" is in the list already; write it once` }],
    ),
  );
}

function written(
  path: Path,
  ids: { ids: string[] } | { sql: string } | undefined,
): [Path, readonly string[]][] {
  return ids && "ids" in ids ? [[[...path, "ids"], ids.ids]] : [];
}

function ranksBeyondTheShelf({ qa, evaluation: { k } }: Definition): Fault[] {
  return (["mustHave", "cases"] as const).flatMap((part) =>
    Object.entries(qa[part]).flatMap(([name, { withinRank }]) =>
      withinRank === undefined || withinRank <= k
        ? []
        : [
            {
              path: ["qa", part, name, "withinRank"],
              problem: `${withinRank} is beyond the shelf, which has ${k} items (evaluation.k); write ${k} or less`,
            },
          ],
    ),
  );
}

function casesThatCannotHold({ qa, evaluation: { k } }: Definition): Fault[] {
  return Object.entries(qa.cases).flatMap(([name, asked]) => {
    const path = ["qa", "cases", name];
    const places = asked.withinRank ?? k;
    const wanted = [...asked.must, ...(asked.may ?? [])];
    const had = "history" in asked.who ? asked.who.history : [];
    return [
      ...(asked.must.length + asked.mustNot.length === 0 && asked.may === undefined
        ? [{ path, problem: 'asks for nothing; write "must", "may" or "mustNot"' }]
        : []),
      ...(asked.must.length > places
        ? [
            {
              path: [...path, "must"],
              problem: `${asked.must.length} items have no room in ${places} places; leave some out, or raise "withinRank"`,
            },
          ]
        : []),
      ...both(asked.mustNot, wanted).map((id) => ({
        path: [...path, "mustNot"],
        problem: `"${id}" must or may come too; take it out of one of the lists`,
      })),
      ...both(asked.must, had).map((id) => ({
        path: [...path, "must"],
        problem: `"${id}" is in the history, and what somebody had is never shown again; leave it out of one of them`,
      })),
    ];
  });
}

function genresThatAreMissing({ qa }: Definition): Fault[] {
  if (qa.display.genre !== undefined) return [];
  return (["minDiversity", "oneMorePlay"] as const)
    .filter((setting) => qa.behaviour[setting] !== undefined)
    .map((setting) => ({
      path: ["qa", "behaviour", setting],
      problem: 'needs to know genres; name the column of the items table in "qa.display.genre"',
    }));
}

function both(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((id) => others.includes(id));
}
