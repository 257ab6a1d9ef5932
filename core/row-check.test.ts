import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { type CsvRow, CsvSplitter } from "./csv.ts";
import { definitionSchema } from "./definition.ts";
import { InvalidInput } from "./errors.ts";
import { rowCheck } from "./row-check.ts";

const [source] = Object.values(
  definitionSchema.parse(
    smallDefinition({
      sources: {
        views: {
          file: "views.csv",
          columns: {
            user_id: { from: "User", type: "text" },
            watched_s: { type: "number" },
            seen_at: { type: "timestamp" },
            note: { type: "text", optional: true },
          },
          key: ["user_id"],
          knownTime: "seen_at",
        },
      },
    }),
  ).sources,
);
if (!source) throw new Error("the definition has no source");
const views = source;
const HEADER = ["seen_at", "User", "note", "watched_s"];

function check(text: string, header: readonly string[] = HEADER) {
  const [row] = new CsvSplitter().push(`${text}\n`) as [CsvRow];
  return rowCheck(views, header, "views.csv: sources.views.file")(row);
}

it("puts values into the order of the definition's columns, by header, whatever else the file has", () => {
  expect(check("2026-01-31,ann,,1.50")).toEqual({ values: ["ann", "1.5", "2026-01-31 00:00:00.0+00", null] });
  expect(check("x,1,hi,bob,2026-01-31", ["other", "watched_s", "note", " User ", "seen_at"])).toEqual({
    values: ["bob", "1", "2026-01-31 00:00:00.0+00", "hi"],
  });
});

it.each([
  ["2026-01-31,ann,1", "has 3 fields, the header has 4"],
  ["2026-01-31,ann,,1,", "has 5 fields, the header has 4"],
  ["2026-01-31,,,1", 'column "user_id" is empty'],
  [",ann,,1", 'column "seen_at" is empty'],
  ["2026-01-31,ann,,1e999", 'column "watched_s" is not a finite number'],
  ['2026-01-31,"ann"x,,1', "goes on behind a closing quote"],
  [`2026-01-31,${"k".repeat(801)},,1`, "has a key of 801 characters; 800 at most"],
])("sets %j aside: it %s", (text, fault) => {
  expect(check(text)).toEqual({ fault });
});

it("never lets a row without key or known time through, even if its column is called optional", () => {
  const columns = { ...views.columns, user_id: { from: "User", type: "text" as const, optional: true } };
  const [row] = new CsvSplitter().push("2026-01-31,,,1\n") as [CsvRow];
  expect(rowCheck({ ...views, columns }, HEADER, "views.csv")(row)).toEqual({
    fault: 'column "user_id" is empty',
  });
});

it.each([
  [
    ["seen_at", "user", "watched_s"],
    'column "User", "note" is not in the file\'s header, which has "seen_at", "user", "watched_s"; write the header\'s name in the column\'s "from", or mend the file',
  ],
  [
    ["seen_at;User;note;watched_s"],
    'is not in the file\'s header, which has "seen_at;User;note;watched_s"; separate the fields with commas',
  ],
  [["seen_at", "User", "note", "watched_s\r1"], "end the lines with LF or CR LF"],
  [[...HEADER, "User"], 'column "User" is in the file\'s header twice; rename one of them in the file'],
  [["__proto__", "constructor"], 'which has "__proto__", "constructor"'],
])("refuses the header %j", (header, message) => {
  const make = () => rowCheck(views, header, "views.csv: sources.views.file");
  expect(make).toThrow(InvalidInput);
  expect(make).toThrow(message);
  expect(make).toThrow(/^views\.csv: sources\.views\.file: /);
});

it("takes a header that is there twice when no column reads it", () => {
  expect(check("2026-01-31,ann,,1,a,b", [...HEADER, "", ""])).toMatchObject({
    values: ["ann", "1", expect.anything(), null],
  });
});
