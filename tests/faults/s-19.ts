import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { definitionSchema } from "../../core/definition.ts";
import { openDataRoadAt } from "../support/data-road-at.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { smallDefinition } from "../support/definitions.ts";
import type { TestServer } from "../support/server-at.ts";
import { addOpenReview } from "../support/shop.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { LEAKS, sqlPayloads } from "./sql-payloads.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Less than the payloads that would sleep. */
const LONGEST_MS = 1_500;
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
    const { runId } = await addOpenReview(database.db);
    const headers = await server.asProgram("admin");
    await server.asProgram("viewer");
    const before = await countRows(database);
    const payloads = sqlPayloads(context.n, context.random);
    const failures = [
      ...(await tryServer(context, server, { payloads, runId, headers })),
      ...(await tryFiles(context, payloads)),
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
  const { rows } =
    await sql`select (select count(*) from canary) as canary, (select count(*) from decision) as decisions, (select string_agg(roles::text, ' ' order by name) from person) as roles`.execute(
      db,
    );
  return rows;
}

/** Each payload in one place after the other; whoever asks may do everything, so nothing but the statement refuses. */
async function tryServer(
  context: FaultContext,
  server: TestServer,
  {
    payloads,
    runId,
    headers,
  }: { payloads: readonly string[]; runId: string; headers: Record<string, string> },
): Promise<string[]> {
  const failures: string[] = [];
  const places = [
    (text: string) => ({ url: `/api/runs?model=${text}` }),
    (text: string) => ({ url: `/api/runs?state=${text}` }),
    (text: string) => ({ url: `/api/runs/${text}` }),
    (text: string) => ({ url: `/api/runs/${text}/review` }),
    (text: string) => ({ url: `/api/runs/${text}/set-aside?limit=10` }),
    (text: string) => ({ url: `/api/runs/${runId}/set-aside?limit=${text}` }),
    (text: string) => ({ url: `/api/runs/${runId}/preview?user=${text}` }),
    (text: string) => ({ url: `/api/models/${text}/versions` }),
    (text: string) => ({ url: `/api/models/${text}/history` }),
    (text: string) => ({ url: `/api/models/${text}/monitor` }),
    (text: string) => ({ url: `/api/incidents?model=${text}&state=open` }),
    (text: string) => ({ url: `/api/incidents/${text}` }),
    (text: string) => ({ url: `/api/audit?model=${text}` }),
    (text: string) => ({ url: `/v1/models/shop/recommendations?user=${text}` }),
    (text: string) => ({ url: `/v1/models/${text}/recommendations?user=u` }),
    (_: string, payload: string) => ({ url: "/api/runs", payload: { model: payload } }),
    (_: string, payload: string) => ({ url: "/api/runs", payload: { model: "shop", runKey: payload } }),
    (text: string, payload: string) => ({
      url: `/api/runs/${runId}/steps/${text}/answers`,
      payload: { answer: "retry", round: 1, reason: payload },
    }),
    (_: string, payload: string) => ({
      url: `/api/runs/${runId}/decisions`,
      payload: { verdict: "approve", releaseDigest: payload, reportDigest: payload },
    }),
    (text: string, payload: string) => ({
      url: `/api/models/${text}/rollbacks`,
      payload: { expectedVersion: 1, reason: payload },
    }),
    (_: string, payload: string) => ({ url: "/api/session", payload: { token: payload } }),
  ];
  const shuffled = context.random.shuffled(places);
  for (const [at, payload] of payloads.entries()) {
    const place = shuffled[at % shuffled.length] as (typeof places)[number];
    const request: { url: string; payload?: object } = place(encodeURIComponent(payload), payload);
    const startedAt = performance.now();
    const answer = await server.app.inject({ ...request, method: request.payload ? "POST" : "GET", headers });
    const where = `${request.url} ${JSON.stringify(request.payload ?? "")}`;
    if (performance.now() - startedAt > LONGEST_MS) failures.push(`${where}: slept`);
    if (answer.statusCode >= 500) failures.push(`${where}: ${answer.statusCode} ${answer.body}`);
    // Messages repeat what they were sent; what is left must be Holt's own words.
    const own = answer.body
      .replaceAll(JSON.stringify(payload).slice(1, -1), "")
      .replaceAll(JSON.stringify(JSON.stringify(payload)).slice(1, -1), "");
    if (
      answer.statusCode >= 400
        ? LEAKS.test(own) && !LEAKS.test(payload)
        : answer.body !== "[]" && answer.statusCode !== 201
    )
      failures.push(`${where}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
  }
  const control = await server.app.inject({ url: "/api/runs?model=shop", headers });
  if (control.json().length === 0)
    failures.push("the run is not found by its model, so more rows would not be seen");
  return failures;
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

/** Statements are written in db/ only, and none of them takes raw text. */
async function rawSql(): Promise<string[]> {
  const failures: string[] = [];
  for await (const file of glob(
    "{activities,cli,core,db,local,operations,scoring,server,store,workers,workflows}/**/*.ts",
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
