import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { digestOf } from "../../store/digest.ts";
import { smallDefinitionParsed } from "../../tests/support/definitions.ts";
import { holt } from "../../tests/support/holt.ts";

/** As a person writes it; line 1 is the import. */
const WHOLE = `import { defineModel } from "holt";

export default defineModel({
  name: "shop",
  sources: {
    sales: {
      file: "sales.csv",
      columns: {
        user_id: { type: "text" },
        item_id: { type: "text" },
        sold_at: { type: "timestamp" },
      },
      key: ["user_id", "item_id", "sold_at"],
      eventTime: "sold_at",
      knownTime: "sold_at",
    },
  },
  features: {
    interactions: { sql: "select user_id, item_id, sold_at as event_time from {{ sales }}" },
    items: {
      sql: \`
        select distinct item_id, item_id as title
        from {{ sales }}
      \`,
    },
  },
  interactions: "interactions",
  items: "items",
});
`;

/** What is written instead of what, and what is said about it, after the file's name. */
const MISTAKES: [written: string, instead: string, said: string][] = [
  [
    'name: "shop"',
    'name: "The Shop"',
    `:4: name: "The Shop" is not a model's name; use a small letter, then small letters, digits or -, 40 at most`,
  ],
  ['name: "shop",\n', "", ":3: name: is missing; write text in quotes"],
  [
    "sources: {",
    "source: {",
    ':3: sources: is missing; write names and settings in { }\n:5: source: "source" is not a setting here; known are "name", "description", "owner", "runbook", "sources", "features", "steps", "interactions", "items", "candidates", "evaluation", "choose", "rules", "defaultCountry", "exploration", "newItems", "filters", "qa", "review", "rollout", "deployment", "freezes", "experiment", "monitor", "schedule", "alerts", "parallel"; did you mean "sources"?',
  ],
  ['file: "sales.csv"', 'file: ""', ":7: sources.sales.file: is empty; write text between the quotes"],
  ['file: "sales.csv"', "file: 7", ":7: sources.sales.file: 7 is not text; write text in quotes"],
  [
    'item_id: { type: "text" }',
    'item_id: { type: "string" }',
    ':10: sources.sales.columns.item_id.type: "string" is not known; write "text" or "integer" or "number" or "boolean" or "timestamp" or "epoch_seconds"',
  ],
  [
    'item_id: { type: "text" }',
    'itemId: { type: "text" }',
    ':10: sources.sales.columns.itemId: "itemId" is not a name; use a small letter, then small letters, digits or _, 40 at most',
  ],
  [
    'key: ["user_id", "item_id", "sold_at"]',
    "key: []",
    ":13: sources.sales.key: is empty; name the columns that identify a row",
  ],
  [
    'key: ["user_id", "item_id", "sold_at"]',
    'key: [\n        "user_id",\n        "item",\n      ]',
    ':15: sources.sales.key[1]: "item" is not a column of this source; known are "user_id", "item_id", "sold_at"',
  ],
  [
    'eventTime: "sold_at"',
    'eventTime: "sold_on"',
    ':14: sources.sales.eventTime: "sold_on" is not a column of this source; known are "user_id", "item_id", "sold_at"; did you mean "sold_at"?',
  ],
  [
    'knownTime: "sold_at"',
    'freshness: { measure: "delivery", maxAge: "2 dayz" }',
    ':15: sources.sales.freshness.maxAge: "2 dayz" is not a duration; write a number and a unit (ms, s, min, h, d), as in "36 h"',
  ],
  [
    '{{ sales }}" }',
    '{{ sale }}" }',
    ':19: features.interactions.sql: "sale" is not a source or feature table; known here are "sales", "interactions", "items"; did you mean "sales"?',
  ],
  [
    "from {{ sales }}\n",
    "from {{ sales }\n",
    ":21: features.items.sql: has braces that belong to no {{ name }}; close them, as in {{ titles }}",
  ],
  [
    "select distinct",
    "insert into",
    ':21: features.items.sql: is not a query; begin it with "select" or "with"',
  ],
  [
    "from {{ sales }}\n",
    "from {{ items }}\n",
    ':20: features.items: reads itself: "items" → "items"; break the circle in one of them',
  ],
  [
    'items: "items"',
    'items: "item"',
    ':28: items: "item" is not a feature table; known here are "interactions", "items"; did you mean "items"?',
  ],
  [
    'items: "items"',
    'items: "items",\n  parallel: 100',
    ":29: parallel: 100 is too big; write a number of at most 32",
  ],
  [
    'items: "items"',
    'items: "items",\n  candidates: { als: { trainer: "als", factors: "64" } }',
    ':29: candidates.als.factors: "64" is not a number; write digits without quotes',
  ],
  [
    'items: "items"',
    'items: "items",\n  schedule: { cron: "0 3 * *", timeZone: "Vienna" }',
    ':29: schedule.cron: "0 3 * *" has 4 fields; write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day\n:29: schedule.timeZone: "Vienna" is not a time zone\'s name; write a name of the IANA list, as in "Europe/Vienna" or "UTC"',
  ],
  [
    'items: "items"',
    'items: "items",\n  description: process.env["HOLT_NO_SUCH_VARIABLE"]',
    ":29: description: is undefined; give it a value (is an environment variable missing?), or leave the setting out",
  ],
  [
    'items: "items"',
    'items: "items",\n  qa: { preview: () => [] }',
    ":29: qa.preview: is a function; a definition is plain data, so write its result",
  ],
  [
    'items: "items"',
    'items: "items",\n  review: { expiresAfter: new Date(0) }',
    ':29: review.expiresAfter: is a date; a definition is plain data, so write text, as in "2026-11-24"',
  ],
  ['name: "shop",', 'name: "shop"', ":5: Expected ',', got 'ident'; mend what stands there"],
  ['name: "shop"', "name: shop", ':4: threw "shop is not defined" while it was read; mend it'],
  [
    "export default defineModel({",
    "enum A { B }\nexport default defineModel({",
    ":3: TypeScript enum is not supported in strip-only mode; mend what stands there",
  ],
  [
    'from "holt"',
    'from "./halt.ts"',
    ':1: imports "halt.ts", which does not exist; mend its path, or remove the import',
  ],
  [
    'from "holt"',
    'from "halt"',
    ':1: imports "halt", which does not exist; install it with "npm install halt", or remove the import',
  ],
  [
    "{ defineModel }",
    "{ defineModle }",
    ":1: The requested module 'holt' does not provide an export named 'defineModle'; mend what stands there",
  ],
  [
    "export default",
    "export const model =",
    ': has no default export; write "export default defineModel({ … })"',
  ],
  ["export default defineModel({", "throw 'no';\nexport default defineModel({", ': threw "no"; see there'],
];

let folder: string;
let said: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holt-definitions-"));
  const files = MISTAKES.map((_, index) => `${index}.config.ts`);
  await Promise.all(
    MISTAKES.map(([written, instead], index) =>
      writeFile(
        join(folder, files[index] ?? ""),
        WHOLE.replace(written, () => instead),
      ),
    ),
  );
  await writeFile(join(folder, "whole.config.ts"), WHOLE);
  const script = fileURLToPath(new URL("../../tests/support/load-definitions.ts", import.meta.url));
  const args = [
    "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
    script,
    "whole.config.ts",
    "none.config.ts",
    ...files,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  said = JSON.parse(stdout);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("loads a definition from any folder, as plain data whose digest is that of equal settings", () => {
  const definition = smallDefinitionParsed();
  const sql = /items: \{\s+sql: `([^`]+)`/.exec(WHOLE)?.[1] ?? "";
  definition.features["items"] = { sql };
  expect(said["whole.config.ts"]).toBe(digestOf(definition));
});

it.each(MISTAKES.map((mistake, index) => [...mistake, index] as const))(
  "names the place when %j becomes %j",
  (written, instead, expected, index) => {
    expect(WHOLE).toContain(written);
    const file = `${index}.config.ts`;
    const lines = expected.split(/\n(?=:)/).map((line) => `${file}${line}`);
    expect(said[file]).toBe(`InvalidInput: ${lines.join("\n")}`);
    expect(instead).not.toBe(written);
  },
);

it("says what to do when there is no file", () => {
  expect(said["none.config.ts"]).toMatch(
    /^InvalidInput: definition "none\.config\.ts": does not exist \(looked for \/.+\/none\.config\.ts\); name the file with --file, or write one like examples\/movies\/holt\.config\.ts$/,
  );
});

it("ends a command with exit code 2 and without a stack, and writes nothing", async () => {
  const below = join(folder, "below");
  await mkdir(below);
  const end = await holt(["graph", "--file", "../0.config.ts"], {}, below);
  expect(end).toEqual({
    code: 2,
    stdout: "",
    stderr: `../0.config.ts${MISTAKES[0]?.[2]}\n`,
  });
});
