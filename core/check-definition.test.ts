import { describe, expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import { describeFault } from "./faults.ts";

const REMOVED = Symbol("left out");
const SMALL = smallDefinition();
const CIRCLE: { itself?: object } = {};
CIRCLE.itself = CIRCLE;

/** What is said about the small definition with other values at some paths. */
function faultsWith(changes: Record<string, unknown>): string[] {
  const draft = structuredClone(SMALL);
  for (const [path, value] of Object.entries(changes)) change(draft, path.split("."), value);
  const checked = checkDefinition(draft);
  return checked.ok ? [] : checked.faults.map(describeFault);
}

function change(group: object, [key = "", ...rest]: string[], value: unknown): void {
  if (rest.length > 0) change(Reflect.get(group, key) as object, rest, value);
  else if (value === REMOVED) Reflect.deleteProperty(group, key);
  else Reflect.set(group, key, value);
}

it("takes a definition without faults and fills in the defaults", () => {
  const checked = checkDefinition(smallDefinition());
  expect(checked).toMatchObject({ ok: true, definition: { parallel: 4, choose: { metric: "ndcg" } } });
});

it("tells all faults of a kind at once", () => {
  const faults = faultsWith({
    parallel: 0,
    "sources.sales.file": "",
    review: { expiresAfter: "soon" },
  });
  expect(faults).toEqual([
    "sources.sales.file: is empty; write text between the quotes",
    'review.expiresAfter: "soon" is not a duration; write a number and a unit (ms, s, min, h, d), as in "36 h"',
    "parallel: 0 is too small; write a number of at least 1",
  ]);
});

describe("one mistake, one sentence:", () => {
  const column = (type: string, optional = false) => ({ type, optional });
  it.each<[what: string, changes: Record<string, unknown>, said: string]>([
    ["a value that isn't text", { description: 7 }, "description: 7 is not text; write text in quotes"],
    ["a setting left out", { items: REMOVED }, "items: is missing; write text in quotes"],
    [
      "an unknown setting",
      { "sources.sales.eventTme": "sold_at" },
      'sources.sales.eventTme: "eventTme" is not a setting here; known are "file", "columns", "key", "eventTime", "knownTime", "freshness", "maxBadRowShare", "owner", "runbook", "unchecked"; did you mean "eventTime"?',
    ],
    [
      "an unknown setting at the top",
      { modle: 1 },
      'modle: "modle" is not a setting here; known are "name", "description", "owner", "runbook", "sources", "features", "steps", "interactions", "items", "candidates", "evaluation", "choose", "rules", "defaultCountry", "exploration", "newItems", "filters", "qa", "review", "rollout", "deployment", "freezes", "experiment", "monitor", "schedule", "alerts", "parallel"',
    ],
    [
      "a name that is none",
      { "features.Items 2": SMALL.features["items"] },
      'features["Items 2"]: "Items 2" is not a name; use a small letter, then small letters, digits or _, 40 at most',
    ],
    [
      "a share above 1",
      { "sources.sales.maxBadRowShare": 5 },
      "sources.sales.maxBadRowShare: 5 is not a share; write a number from 0 to 1",
    ],
    [
      "a word that isn't among the possible ones",
      { choose: { metric: "clicks" } },
      'choose.metric: "clicks" is not known; write "ndcg" or "recall"',
    ],
    [
      "a trainer that doesn't exist",
      { candidates: { deep: { trainer: "transformer" } } },
      'candidates.deep.trainer: "transformer" is not known; write "item_similarity" or "als"',
    ],
    [
      "the baseline's name for a candidate",
      { candidates: { popularity: { trainer: "als" } } },
      'candidates.popularity: "popularity" is taken: the baseline and today\'s champion are always there; choose another name',
    ],
    [
      "a step that is neither SQL nor a command",
      { steps: { x: { command: ["ls"] } } },
      "steps.x.reads: is missing; write a list in [ ]",
    ],
    [
      "something that cannot be a definition",
      { schedule: "0 3 * * *" },
      'schedule: "0 3 * * *" is not a group of settings; write settings in { }',
    ],
    [
      "a held-out share of everything",
      { evaluation: { holdoutShare: 1 } },
      "evaluation.holdoutShare: 1 is too big; write a number below 1",
    ],
    [
      "a fraction where a whole number is needed",
      { parallel: 1.5 },
      "parallel: 1.5 is not a whole number; write digits without quotes or a point",
    ],
    [
      "an address of another kind",
      { alerts: { webhook: { url: "ftp://x", secretEnv: "HOLT_SECRET" } } },
      'alerts.webhook.url: "ftp://x" is not a web address; write one, as in "https://example.org/holt"',
    ],
    [
      "a date",
      { schedule: { cron: "0 3 * * *", from: new Date() } },
      'schedule.from: is a date; a definition is plain data, so write text, as in "2026-11-24"',
    ],
    [
      "undefined, as from an environment variable that isn't set",
      { description: undefined },
      "description: is undefined; give it a value (is an environment variable missing?), or leave the setting out",
    ],
    [
      "a function",
      { name: () => "shop" },
      "name: is a function; a definition is plain data, so write its result",
    ],
    [
      "a number that isn't finite",
      { parallel: 1 / 0 },
      "parallel: Infinity is not a finite number; write one, as in 0.5",
    ],
    [
      "a class's instance",
      { qa: new Map() },
      "qa: is a Map; a definition is plain data, so write a group of settings in { }",
    ],
    ["a definition that contains itself", { qa: CIRCLE }, "qa.itself: contains itself; write it out once"],
    [
      "a misspelt table in SQL",
      { "features.items.sql": "select item_id, title from {{ sale }}" },
      'features.items.sql: "sale" is not a source or feature table; known here are "sales", "interactions", "items"; did you mean "sales"?',
    ],
    [
      "a step read as a table",
      {
        steps: { check: { sql: "select 1 from {{ sales }}" } },
        "features.items.sql": "select * from {{ check }}",
      },
      'features.items.sql: "check" is a step, which leaves no table to read; name a source or feature table',
    ],
    [
      "as_of in a command's reads",
      { steps: { x: { command: ["ls"], reads: ["as_of"] } } },
      'steps.x.reads: "as_of" stands for the run\'s date, not for a table; leave it out',
    ],
    [
      "braces that don't close",
      { "features.items.sql": "select * from {{ sales }} where x = '{{'" },
      "features.items.sql: has braces that belong to no {{ name }}; close them, as in {{ titles }}",
    ],
    [
      "two tables that read each other",
      {
        "features.items.sql": "select * from {{ more }}",
        "features.more": { sql: "select * from {{ items }}" },
      },
      'features.items: reads itself: "items" → "more" → "items"; break the circle in one of them',
    ],
    [
      "a source that nothing reads",
      { "sources.titles": SMALL.sources["sales"] },
      "sources.titles: nothing that a run needs reads it; read it in a feature table or step, or remove it",
    ],
    [
      "a table that only useless tables read",
      { "features.constructor": { sql: "select * from {{ items }}" } },
      "features.constructor: nothing that a run needs reads it; read it in a feature table or step, or remove it",
    ],
    [
      "one name for two things",
      { steps: { sales: { sql: "select 1 from {{ items }}" } } },
      'steps.sales: "sales" is the name of a source already; choose another',
    ],
    [
      "a source where a feature table is needed",
      { interactions: "sales" },
      'interactions: "sales" is a source; make a feature table of it, as in features: { sales_clean: { sql: "select … from {{ sales }}" } }',
    ],
    [
      "one table for both roles",
      { items: "interactions", "features.items": REMOVED },
      'items: "interactions" is the table of the interactions too; name another one',
    ],
    [
      "a key column that doesn't exist",
      { "sources.sales.key": ["user", "item_id"] },
      'sources.sales.key[0]: "user" is not a column of this source; known are "user_id", "item_id", "sold_at"',
    ],
    [
      "a check that the monitor doesn't make",
      { "sources.sales.unchecked": ["volumes"] },
      'sources.sales.unchecked[0]: "volumes" is no check of this source; known are "volume", "rows"; did you mean "volume"?',
    ],
    [
      "a key column named twice",
      { "sources.sales.key": ["item_id", "item_id"] },
      'sources.sales.key[1]: "item_id" is in the key already; name it once',
    ],
    [
      "a key that may be empty",
      { "sources.sales.columns.user_id": column("text", true) },
      'sources.sales.key[0]: "user_id" is an optional column; every row needs a value here, so remove its "optional"',
    ],
    [
      "a time that is none",
      { "sources.sales.columns.price": column("number"), "sources.sales.knownTime": "price" },
      'sources.sales.knownTime: "price" is of type "number", not a time; give it the type "timestamp" or "epoch_seconds"',
    ],
    [
      "a column named as Holt's own",
      { "sources.sales.columns.holt_known_time": column("timestamp") },
      'sources.sales.columns.holt_known_time: "holt_known_time" begins with holt_, as Holt\'s own columns do; choose another name and write the header in "from"',
    ],
    [
      "a column named as one of PostgreSQL's own",
      { "sources.sales.columns.ctid": column("text") },
      'sources.sales.columns.ctid: "ctid" is a column that PostgreSQL keeps for itself; choose another name and write the header in "from"',
    ],
    [
      "freshness of an event time that isn't there",
      {
        "sources.sales.eventTime": REMOVED,
        "sources.sales.freshness": { measure: "event_time", maxAge: "1 d" },
      },
      'sources.sales.freshness.measure: "event_time" needs a column that says when a row happened; name it in "eventTime", or measure "delivery"',
    ],
    [
      "a feature table that changes something",
      { "features.items.sql": "delete from {{ sales }}" },
      'features.items.sql: is not a query; begin it with "select" or "with"',
    ],
    [
      "a semicolon behind a feature table's query",
      { "features.items.sql": "select 1 from {{ sales }}; -- done" },
      "features.items.sql: ends with a semicolon; remove it",
    ],
    [
      "a semicolon behind a step's statement",
      { steps: { x: { sql: "insert into tally select 1 from {{ sales }};" } } },
      "steps.x.sql: ends with a semicolon; remove it",
    ],
    [
      "two statements in a step",
      { steps: { x: { sql: "delete from tally; insert into tally select 1 from {{ sales }}" } } },
      "steps.x.sql: has more than one statement; write one, without a semicolon",
    ],
    [
      "a data test that is no query",
      { steps: { x: { sql: "delete from {{ sales }} returning 1", expect: "no rows" } } },
      'steps.x.sql: is not a query; begin it with "select" or "with"',
    ],
    [
      "a must-have item named twice",
      { qa: { mustHave: { top: { items: { ids: ["a", "b", "a"] } } } } },
      'qa.mustHave.top.items.ids[2]: "a" is in the list already; write it once',
    ],
    [
      "a schedule of four fields",
      { schedule: { cron: "0 3 * *" } },
      'schedule.cron: "0 3 * *" has 4 fields; write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day',
    ],
    [
      "a time that doesn't exist",
      { schedule: { cron: "0 25 * * *" } },
      'schedule.cron: "0 25 * * *" is not a time (Invalid value for hour: 25); write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day',
    ],
    [
      "a day that never comes",
      { schedule: { cron: "0 0 30 2 *" } },
      'schedule.cron: "0 0 30 2 *" never comes; write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day',
    ],
    [
      "a cron field that Temporal doesn't know",
      { schedule: { cron: "0 0 L * *" } },
      'schedule.cron: "0 0 L * *" has the field "L", which a schedule cannot honour; write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day',
    ],
    [
      "a time zone that doesn't exist",
      { schedule: { cron: "0 3 * * *", timeZone: "Europe/Wien" } },
      'schedule.timeZone: "Europe/Wien" is not a time zone\'s name; write a name of the IANA list, as in "Europe/Vienna" or "UTC"',
    ],
    [
      "a time zone in another case",
      { schedule: { cron: "0 3 * * *", timeZone: "europe/vienna" } },
      'schedule.timeZone: "europe/vienna" is spelt "Europe/Vienna"; write it so',
    ],
    [
      "a monitor that would look all the time",
      { monitor: { every: "500 ms" } },
      'monitor.every: "500 ms" is too short; write "10 s" or more',
    ],
    [
      "a monitor's interval that Temporal would cut",
      { monitor: { every: "90500 ms" } },
      'monitor.every: "90500 ms" is not a whole number of seconds; write "91 s"',
    ],
    [
      "a catch-up window that Temporal would lengthen",
      { schedule: { cron: "0 3 * * *", catchUpWindow: "1 s" } },
      'schedule.catchUpWindow: "1 s" is too short; write "10 s" or more',
    ],
    [
      "a command that may take longer than its step",
      { steps: { x: { command: ["ls"], reads: ["sales"], timeout: "6 h" } } },
      'steps.x.timeout: "6 h" is too long; write "5 h" or less',
    ],
    [
      "a review that would wait for years",
      { review: { expiresAfter: "366 d" } },
      'review.expiresAfter: "366 d" is too long; write "365 d" or less',
    ],
  ])("%s", (_, changes, said) => {
    expect(faultsWith(changes)).toEqual([said]);
  });
});

it("takes the shortest and the longest durations that can be honoured", () => {
  const longest = {
    steps: { x: { command: ["ls"], reads: ["sales"], timeout: "5 h" } },
    review: { expiresAfter: "365 d" },
    monitor: { every: "365 d" },
    schedule: { cron: "0 3 * * *", catchUpWindow: "365 d" },
  };
  const shortest = {
    review: { expiresAfter: "1 ms" },
    monitor: { every: "10 s" },
    schedule: { cron: "0 3 * * *", catchUpWindow: "10 s" },
  };
  expect([faultsWith(longest), faultsWith(shortest)]).toEqual([[], []]);
});

it.each([
  "insert into tally values (';')",
  `select e'it\\'s; so', 'it''s; so', "a;b" from {{ sales }}`,
  "select 1 -- first; then\nfrom {{ sales }} /* a; /* b; */ c; */",
  "do $body$ begin perform 1; end $body$",
  "select $$;$$",
])("takes one statement for a step, whatever is in its texts and comments: %s", (sql) => {
  expect(faultsWith({ steps: { x: { sql } } }).filter((fault) => fault.includes("statement"))).toEqual([]);
  expect(faultsWith({ steps: { x: { sql: `${sql}; select 2` } } })).toContain(
    "steps.x.sql: has more than one statement; write one, without a semicolon",
  );
});

it.each(["30 3 * * 1-5", "*/15 * * * *", "0 0 29 2 *", "0 6 1,15 JAN-JUN mon"])(
  "takes the schedule %s",
  (cron) => {
    expect(faultsWith({ schedule: { cron, timeZone: "America/New_York" } })).toEqual([]);
  },
);

it.each([[undefined], [null], [3], ["text"], [[]], [new Date()], [() => 1]])(
  "refuses %s as a definition",
  (written) => {
    expect(checkDefinition(written)).toMatchObject({ ok: false, faults: [{ path: [] }] });
  },
);
