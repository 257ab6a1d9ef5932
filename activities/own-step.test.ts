import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import type { IngestDetail } from "../core/step-details.ts";
import { type DataRoad, dataRoad, quietEnvironment, type RoadRun } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";

const SALES = "user_id,item_id,sold_at\nann,tea,2026-01-01\nbob,tea,2026-01-02\nann,jam,2026-01-03\n";
const STEP = "step:own";

type Own = NonNullable<DefinitionInput["steps"]>[string];

/** A run whose source is loaded and whose own step is `own`. */
async function runWith(own: Own, road?: DataRoad): Promise<{ road: DataRoad; run: RoadRun }> {
  const on = road ?? (await dataRoad({ "sales.csv": SALES }));
  const run = await on.open(smallDefinition({ steps: { own } }), { openedAt: "2026-02-01T00:00:00Z" });
  await run.step("ingest:sales");
  return { road: on, run };
}

/** A command of Node that runs `code`, with arguments behind it. */
function node(code: string, ...args: string[]): Own {
  return { command: [process.execPath, "-e", code, "--", ...args], reads: ["sales"], timeout: "60 s" };
}

it("passes a data test that finds no rows", async () => {
  const { run } = await runWith({
    sql: "select * from {{ sales }} where item_id is null",
    expect: "no rows",
  });
  await run.step(STEP);
  expect(await run.row(STEP)).toMatchObject({ state: "done", summary: "no rows, as expected" });
  expect(await run.detail(STEP)).toEqual({ rows: 0, exitCode: null });
});

it("fails a data test with the number of rows, which stand in the log only", async () => {
  const { run } = await runWith({
    sql: "select user_id from {{ sales }} where item_id = 'tea'",
    expect: "no rows",
  });
  await expect(run.step(STEP)).rejects.toThrow(
    'steps.own.sql: 2 rows came back, "no rows" were expected; the first are in the step\'s log; mend the data, or the test',
  );
  const row = await run.row(STEP);
  expect(row.error_message).not.toContain("ann");
  expect(row.log_tail?.split("\n").sort()).toEqual(['{"user_id": "ann"}', '{"user_id": "bob"}']);
});

it("lets a data test change nothing", async () => {
  const { run } = await runWith({ sql: "delete from public.audit returning 1", expect: "no rows" });
  await expect(run.step(STEP)).rejects.toThrow("steps.own.sql: syntax error");
});

it("lets a statement write a table of the person's own, and doesn't do it again for equal inputs", async () => {
  const own = { sql: "insert into public.tally select count(*) from {{ sales }}" };
  const road = await dataRoad({ "sales.csv": SALES });
  await sql`create table public.tally (sales bigint)`.execute(road.database.db);
  const first = await runWith(own, road);
  await first.run.step(STEP);
  expect(await first.run.row(STEP)).toMatchObject({ state: "done", summary: "1 row" });
  const second = await runWith(own, road);
  expect(await second.run.step(STEP)).toEqual({ reused: true });
  const { rows } = await sql`select sales from public.tally`.execute(road.database.db);
  expect(rows).toEqual([{ sales: 3 }]);
});

it("hands a command its table, date and database, and nothing else of the worker's environment", async () => {
  process.env["HOLT_TEST_SECRET"] = "a secret of the worker";
  onTestFinished(() => {
    delete process.env["HOLT_TEST_SECRET"];
  });
  const { road, run } = await runWith(
    node("require('fs').writeFileSync('env.json', JSON.stringify({ ...process.env, cwd: process.cwd() }))"),
  );
  await run.step(STEP);
  expect(await run.detail(STEP)).toEqual({ rows: null, exitCode: 0 });
  const env = JSON.parse(await readFile(join(road.folder, "env.json"), "utf8"));
  const { tableName } = await run.detail<IngestDetail>("ingest:sales");
  expect(env).toMatchObject({
    cwd: road.folder,
    HOLT_RUN_ID: run.id,
    HOLT_AS_OF: "2026-02-01T00:00:00.000Z",
    HOLT_TABLE_SALES: `data."${tableName}"`,
    DATABASE_URL: road.database.url,
  });
  const allowed = [
    "PATH",
    "HOME",
    "LANG",
    "HOLT_RUN_ID",
    "HOLT_AS_OF",
    "HOLT_TABLE_SALES",
    "DATABASE_URL",
    "cwd",
  ];
  expect(Object.keys(env).filter((name) => !allowed.includes(name))).toEqual([]);
});

it("shows a command of an earlier date a table without the rows that came later", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const count = `const pg = require(${JSON.stringify(join(import.meta.dirname, "../node_modules/pg"))});
    const client = new pg.Client(process.env.DATABASE_URL);
    client.connect().then(() => client.query("select * from " + process.env.HOLT_TABLE_SALES))
      .then(({ rows, fields }) => require("fs").writeFileSync("seen.json", JSON.stringify([rows.length, fields.map(f => f.name).sort()])))
      .finally(() => client.end());`;
  const run = await road.open(smallDefinition({ steps: { own: node(count) } }), {
    openedAt: "2026-02-01T00:00:00Z",
    asOf: "2026-01-02T00:00:00Z",
  });
  await run.steps("ingest:sales", STEP);
  expect(JSON.parse(await readFile(join(road.folder, "seen.json"), "utf8"))).toEqual([
    2,
    ["item_id", "sold_at", "user_id"],
  ]);
  const { rows } = await sql`select 1 from pg_views where schemaname = 'data'`.execute(road.database.db);
  expect(rows).toEqual([]);
});

it("hands over arguments as they are, whatever a shell would make of them", async () => {
  const hostile = [
    "; touch owned",
    "$(touch owned)",
    "`touch owned`",
    "--opt=$HOME",
    "a b",
    "| touch owned",
    "\n touch owned",
    "*",
    "'\"",
  ];
  const { road, run } = await runWith(
    node("require('fs').writeFileSync('args.json', JSON.stringify(process.argv.slice(1)))", ...hostile),
  );
  await run.step(STEP);
  expect(JSON.parse(await readFile(join(road.folder, "args.json"), "utf8"))).toEqual(hostile);
  expect(existsSync(join(road.folder, "owned"))).toBe(false);
});

it("fails with the command's code and the last lines that it wrote", async () => {
  const { run } = await runWith(
    node(
      "for (let n = 1; n <= 100; n += 1) console.log('line ' + n); console.error('at last'); process.exitCode = 3",
    ),
  );
  await expect(run.step(STEP)).rejects.toThrow(
    "steps.own.command: ended with code 3, not 0; see the step's log",
  );
  const row = await run.row(STEP);
  expect(row.error_code).toBe("CommandFailed");
  const lines = row.log_tail?.split("\n") ?? [];
  expect(lines).toHaveLength(40);
  expect(lines).toEqual(expect.arrayContaining(["line 99", "line 100", "at last"]));
});

it("says when a program isn't there", async () => {
  const { run } = await runWith({ command: ["no-such-program-of-holt"], reads: ["sales"] });
  await expect(run.step(STEP)).rejects.toThrow(
    "steps.own.command: could not be started (spawn no-such-program-of-holt ENOENT); install the program, or mend its path",
  );
});

it("stops a command that hangs, with its children, when its time is over", async () => {
  const { road, run } = await runWith({
    ...node(
      `process.on("SIGTERM", () => {}); const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
       require("fs").writeFileSync("pids.json", JSON.stringify([process.pid, child.pid])); setInterval(() => {}, 1000);`,
    ),
    timeout: "3 s",
  });
  await expect(run.step(STEP)).rejects.toThrow(
    'steps.own.command: was stopped after 3 s; make it faster, or raise the step\'s "timeout"',
  );
  await expect.poll(() => stillRuns(road)).toEqual([]);
});

it("stops a command, with its children, when the step is cancelled", async () => {
  const { road, run } = await runWith(
    node(
      `const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
       require("fs").writeFileSync("pids.json", JSON.stringify([process.pid, child.pid])); console.log("up"); setInterval(() => {}, 1000);`,
    ),
  );
  const environment = quietEnvironment();
  environment.once("heartbeat", () => environment.cancel());
  await expect(run.step(STEP, environment)).rejects.toThrow("CANCELLED");
  await expect.poll(() => stillRuns(road)).toEqual([]);
});

it("leaves no child of a command behind that ended well", async () => {
  const { road, run } = await runWith(
    node(
      `const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
       require("fs").writeFileSync("pids.json", JSON.stringify([child.pid])); child.unref();`,
    ),
  );
  await run.step(STEP);
  await expect.poll(() => stillRuns(road)).toEqual([]);
});

it("runs a command again when a file among its arguments changed, and only then", async () => {
  const road = await dataRoad({ "sales.csv": SALES, "check.cjs": "console.log(1)" });
  const own = { command: [process.execPath, "check.cjs"], reads: ["sales"] };
  const outcomes = [];
  for (const script of ["console.log(1)", "console.log(1)", "console.log(2)"]) {
    await road.write("check.cjs", script);
    const { run } = await runWith(own, road);
    outcomes.push(await run.step(STEP));
  }
  expect(outcomes).toEqual([{ reused: false }, { reused: true }, { reused: false }]);
});

/** Of the processes that a command wrote down, those that still run; a zombie doesn't. */
async function stillRuns(road: DataRoad): Promise<number[]> {
  const pids: number[] = JSON.parse(await readFile(join(road.folder, "pids.json"), "utf8"));
  const states = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/stat`, "utf8").then(
        (stat) => stat.split(") ")[1]?.[0],
        () => undefined,
      ),
    ),
  );
  return pids.filter((_, index) => states[index] !== undefined && states[index] !== "Z");
}
