import { fc, it as prop } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openDatabase } from "./connection.ts";
import { type LabelSource, openPeopleLabels } from "./people-labels.ts";
import { type QaSession, readIds, readValues, withQaSession } from "./qa-inputs.ts";
import { withSession } from "./session.ts";

const NEVER = new AbortController().signal;
const AS_OF = new Date("2026-03-01T00:00:00Z");
const READS = [
  {
    name: "sales",
    tableName: "snapshot_sales",
    columns: ["item_id", "user_id", "price"],
    newestKnownTime: null,
  },
];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    "create table data.snapshot_sales (item_id text, user_id text, price float8, holt_known_time timestamptz)",
  );
  await database.pool.query(`insert into data.snapshot_sales values
    ('b', 'p2', 3, '2026-02-01'), ('a', 'p1', 5, '2026-02-01'), ('a', 'p2', 4, '2026-02-01'),
    ('later', 'p9', 9, '2026-03-02')`);
});
afterAll(() => database.close());

function inQa<T>(work: (session: QaSession) => Promise<T>): Promise<T> {
  return withSession(database, NEVER, (client) => withQaSession(client, { reads: READS, asOf: AS_OF }, work));
}

const ids = (sql: string) => inQa((session) => readIds(session, { place: "qa.x.sql", sql }));
const values = (sql: string) => inQa((session) => readValues(session, { place: "qa.value.sql", sql }));

describe("the definition's queries", () => {
  it("see the run's tables as of its date, and give ids of the first column, each once", async () => {
    expect(await ids("select item_id, price from {{ sales }} order by price desc -- all of them")).toEqual([
      "a",
      "b",
    ]);
    expect(await ids("select extract(year from {{ as_of }})::int")).toEqual(["2026"]);
  });

  it("cannot write, whatever they call, and leave nothing behind", async () => {
    await database.pool.query(
      "create function data.sneak() returns text language sql as $$ delete from data.snapshot_sales returning item_id $$",
    );
    await expect(ids("select data.sneak()")).rejects.toThrow(
      "qa.x.sql: cannot execute DELETE in a read-only transaction",
    );
    await expect(ids("select set_config('transaction_read_only', 'off', true)")).rejects.toThrow("qa.x.sql");
    const { rows } = await database.pool.query(
      "select (select count(*) from data.snapshot_sales) as sales, to_regclass('pg_temp.sales') as view",
    );
    expect(rows[0]).toEqual({ sales: 4, view: null });
  });

  it("run as the role for what a definition's author wrote, which sees data and no tokens", async () => {
    await database.pool.query("alter table data.snapshot_sales owner to holt_ingest");
    const ingest = openDatabase(asLogin(database.url, "ingest"), { applicationName: "test" });
    const asIngest = (sql: string) =>
      withSession(ingest, NEVER, (client) =>
        withQaSession(client, { reads: READS, asOf: AS_OF }, (session) =>
          readIds(session, { place: "qa.x.sql", sql }),
        ),
      );
    try {
      expect(await asIngest("select item_id from {{ sales }}")).toEqual(["a", "b"]);
      await expect(asIngest("select token_sha256 from public.token")).rejects.toThrow(
        "qa.x.sql: permission denied for table token",
      );
    } finally {
      await ingest.close();
    }
  });

  it.each([
    ["a table of its own", "select item_id from snapshot_sales", 'relation "snapshot_sales" does not exist'],
    ["no id in a row", "select null::text from {{ sales }}", "its first column is null in a row"],
  ])("are refused: %s", async (_, sql, problem) => {
    await expect(ids(sql)).rejects.toThrow(`qa.x.sql: ${problem}`);
  });

  it("give each item's value; none is 0", async () => {
    const found = await values("select item_id, nullif(sum(price), 3) as value from {{ sales }} group by 1");
    expect([...found]).toEqual([
      ["a", 9],
      ["b", 0],
    ]);
  });

  it.each([
    [
      "a column is missing",
      "select item_id, price from {{ sales }}",
      'column "value" is missing; it has "item_id", "price"; name them in the select, as in "select … as value"',
    ],
    [
      "an item comes twice",
      "select item_id, price as value from {{ sales }}",
      'item "a" comes more than once; add its values up with "sum" and "group by"',
    ],
    [
      "a value is below 0",
      "select 'a' as item_id, -1 as value",
      'the value of item "a" is -1; it must be a finite number from 0',
    ],
    ["a value is no number", "select 'a' as item_id, 'NaN'::float8 as value", 'the value of item "a" is NaN'],
  ])("give no values when %s", async (_, sql, problem) => {
    await expect(values(sql)).rejects.toThrow(`qa.value.sql: ${problem}`);
  });
});

describe("people's labels", () => {
  const labelsOf = (sources: LabelSource[], userIds: string[]) =>
    inQa(async (session) => {
      const labels = await openPeopleLabels(session, sources);
      const found: string[][] = [];
      for (const userId of userIds) found.push(await labels.of(userId));
      return { found, missed: Object.fromEntries(await labels.finish()) };
    });
  const asked = (sql: string) => ({ place: "qa.segments.age.sql", sql });

  it("are read beside the people, and say whom nobody asked for", async () => {
    const sources: LabelSource[] = [
      { name: "buyers", of: asked("select user_id from {{ sales }}"), bySegment: false },
      { name: "named", of: ["p3", "p0", "p2"], bySegment: false },
      {
        name: "age",
        of: asked(
          "select * from (values ('p1', 'old'), ('p2', 'young'), ('p2', 'old')) as v (user_id, segment)",
        ),
        bySegment: true,
      },
    ];
    expect(await labelsOf(sources, ["p1", "p2"])).toEqual({
      found: [
        ["buyers", "age/old"],
        ["buyers", "named", "age/old", "age/young"],
      ],
      missed: { named: 2 },
    });
  });

  it.each([
    [
      "a column is missing",
      "select user_id, price as age from {{ sales }}",
      'column "segment" is missing; it has "user_id", "age"',
    ],
    ["a segment is null", "select 'p1' as user_id, null as segment", 'column "segment" is null in a row'],
    [
      "there are too many segments",
      "select 'p' || n as user_id, n as segment from generate_series(1, 1001) n",
      "gives more than 1000 different segments; put people into fewer, larger ones",
    ],
  ])("are refused when %s", async (_, sql, problem) => {
    const source = { name: "age", of: asked(sql), bySegment: true };
    await expect(labelsOf([source], ["zz"])).rejects.toThrow(`qa.segments.age.sql: ${problem}`);
  });

  // Beyond the first plane, JavaScript and UTF-8 sort differently.
  const userId = fc.string({
    unit: fc.constantFrom("a", "Z", "é", "\u{1F600}", "\uFFFD"),
    minLength: 1,
    maxLength: 3,
  });
  prop.prop([fc.uniqueArray(userId, { minLength: 1 }), fc.uniqueArray(userId, { minLength: 1 })], {
    numRuns: 40,
  })("are those of the group's members, whoever is asked for", async (members, everybody) => {
    const list = members.map((id) => `(${`'${id}'`})`).join(", ");
    const inOrder = everybody.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const sources: LabelSource[] = [
      { name: "asked", of: asked(`select * from (values ${list}) as v`), bySegment: false },
      { name: "written", of: members, bySegment: false },
    ];
    const { found, missed } = await labelsOf(sources, inOrder);
    expect(found).toEqual(inOrder.map((id) => (members.includes(id) ? ["asked", "written"] : [])));
    const unmet = members.filter((id) => !everybody.includes(id)).length;
    expect(missed).toEqual(unmet === 0 ? {} : { asked: unmet, written: unmet });
  });
});
