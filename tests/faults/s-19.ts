import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { definitionSchema } from "../../core/definition.ts";
import { openDataRoadAt } from "../support/data-road-at.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { smallDefinition } from "../support/definitions.ts";
import { addPageData } from "../support/page-data.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { LEAKS, sqlPayloads } from "./sql-payloads.ts";
import { trySqlPlaces } from "./sql-places.ts";

const ROOT = join(import.meta.dirname, "../..");
/** One in so many payloads is also tried in a file, which costs more. */
const FILES_EVERY = 12;

/** SQL in every place where text comes in: addresses, queries, bodies, headers of files, their values, names. */
export const s19: FaultRow = {
  id: "S-19",
  title: "SQL in parameters, bodies, CSV headers and names",
  bound: "no statement changes, nothing of PostgreSQL is said",
  counts: { quick: 400, full: 2_000 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    await sql`create table canary (word text)`.execute(database.db);
    await sql`insert into canary values ('tweet')`.execute(database.db);
    const { runs } = await addPageData(server.operations, server.artifacts);
    await server.live.look();
    const payloads = sqlPayloads(context.n, context.random);
    const before = await countRows(database);
    const failures = [
      ...(await trySqlPlaces(context, server, { payloads, runs })),
      ...(await tryFiles(context, payloads)),
      ...(await findsInjection(await context.database(), payloads)),
    ];
    const after = await countRows(database);
    if (JSON.stringify(after) !== JSON.stringify(before))
      failures.push(`tables changed: ${JSON.stringify({ before, after })}`);
    for (const name of payloads)
      if (definitionSchema.safeParse({ ...smallDefinition(), name }).success)
        failures.push(`"${name}" is taken as a model's name`);
    failures.push(...(await rawSql()));
    return { n: payloads.length, failures };
  },
};

async function countRows({ db }: TestDatabase): Promise<unknown> {
  const { rows } = await sql`select
      (select count(*) from canary) as canary, (select count(*) from decision) as decisions,
      (select count(*) from deployment) as deployments, (select count(*) from delegation) as delegations,
      (select string_agg(name || roles::text, ' ' order by name) from person where not name like 'admin-%') as people
    `.execute(db);
  return rows;
}

/** A column whose header is SQL, with SQL as its values: both are kept as they are. */
async function tryFiles(context: FaultContext, payloads: readonly string[]): Promise<string[]> {
  const database = await context.database();
  const road = await openDataRoadAt(database, await context.folder());
  const failures: string[] = [];
  for (const payload of payloads.filter((text, at) => at % FILES_EVERY === 0 && !text.includes("\0"))) {
    const quoted = `"${payload.replaceAll('"', '""')}"`;
    await road.write("sales.csv", `user_id,${quoted},sold_at\nu,${quoted},2026-01-01T00:00:00Z\n`);
    const { sales, ...sources } = smallDefinition().sources;
    const columns = { ...sales?.columns, item_id: { type: "text" as const, from: payload } };
    const run = await road.open(
      smallDefinition({
        sources: { ...sources, sales: { ...(sales as NonNullable<typeof sales>), columns } },
      }),
    );
    try {
      await run.step("ingest:sales");
      const { tableName } = await run.detail<{ tableName: string }>("ingest:sales");
      const { rows } = await sql<{
        item_id: string;
      }>`select item_id from ${sql.table(`data.${tableName}`)}`.execute(database.db);
      if (rows.length !== 1 || rows[0]?.item_id !== payload)
        failures.push(`CSV: "${payload}" became ${JSON.stringify(rows)}`);
    } catch (error) {
      if ((error as Error).name !== "InvalidInput") failures.push(`CSV: "${payload}": ${String(error)}`);
    }
  }
  return failures;
}

/** A statement that takes text as SQL is found by these payloads: by more rows, and by PostgreSQL's words. */
async function findsInjection({ db }: TestDatabase, payloads: readonly string[]): Promise<string[]> {
  await sql`create table canary (word text)`.execute(db);
  await sql`insert into canary values ('tweet')`.execute(db);
  let [rows, words] = [0, 0];
  // none that would end sessions or start programs
  for (const payload of payloads.filter((text) => !/;|pg_|copy|\0/i.test(text)))
    try {
      const found = await sql.raw(`select word from canary where word = 'x${payload}'`).execute(db);
      rows += found.rows.length;
    } catch (error) {
      if (LEAKS.test(String(error))) words += 1;
    }
  return rows > 0 && words > 0
    ? []
    : [
        `a statement made of text gave ${rows} rows and ${words} errors of PostgreSQL, so the row sees nothing`,
      ];
}

/** Statements are written in db/ only, and none of them takes raw text. */
async function rawSql(): Promise<string[]> {
  const failures: string[] = [];
  for await (const file of glob(
    "{activities,cli,core,db,local,notify,operations,report,scoring,server,store,workers,workflows}/**/*.ts",
    { cwd: ROOT },
  )) {
    const text = await readFile(join(ROOT, file), "utf8");
    const isTest = /\.test\.ts$/.test(file);
    if (!isTest && /\bsql\s*\.\s*raw\b/.test(text))
      failures.push(`${file}: has sql.raw; use sql.ref, sql.table or a parameter`);
    if (
      !isTest &&
      !file.startsWith("db/") &&
      /(query\(|sql`)\s*[`"]?\s*(select|insert|update|delete)\b/i.test(text)
    )
      failures.push(`${file}: has SQL; put it into db/`);
  }
  return failures;
}
