/** How commands end when something is wrong: one line for a person, an exit code for a program, no stack. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt, temporaryFolder } from "../tests/support/holt.ts";

const NOWHERE = { DATABASE_URL: "postgresql://127.0.0.1:1/none" };

it.each<[args: string[], said: string]>([
  [["rnus"], "holt: unknown command 'rnus'\n(Did you mean runs?)\nSee: holt --help\n"],
  [
    ["runs", "--modle", "x"],
    "holt: unknown option '--modle'\n(Did you mean --model?)\nSee: holt runs --help\n",
  ],
  [["run"], "holt: missing required argument 'model'\nSee: holt run --help\n"],
  [
    ["graph", "extra"],
    "holt: too many arguments for 'graph'. Expected 0 arguments but got 1: extra.\nSee: holt graph --help\n",
  ],
  [
    ["graph", "--format", "svg"],
    "holt: option '--format <format>' argument 'svg' is invalid. Allowed choices are text, mermaid.\nSee: holt graph --help\n",
  ],
  [
    ["rollback", "movies"],
    "holt: required option '--reason <text>' not specified\nSee: holt rollback --help\n",
  ],
  [
    ["history", "movies", "--at", "yesterday"],
    "holt: option '--at <time>' argument 'yesterday' is invalid. It is not a time; write one, as in \"2026-11-24T03:00:00Z\".\nSee: holt history --help\n",
  ],
  [
    ["tokens", "issue", "anna", "--expires-after", "soon"],
    "holt: option '--expires-after <duration>' argument 'soon' is invalid. It is not a duration; write a number and a unit (ms, s, min, h, d), as in \"36 h\".\nSee: holt tokens issue --help\n",
  ],
  [
    ["review", "code", "movies-1", "--verdict", "maybe"],
    "holt: option '--verdict <verdict>' argument 'maybe' is invalid. Allowed choices are approve, reject.\nSee: holt review code --help\n",
  ],
])("ends with exit code 2 on %j", async (args, said) => {
  expect(await holt(args, NOWHERE)).toEqual({ code: 2, stdout: "", stderr: said });
});

it("says which setting is missing", async () => {
  const folder = await temporaryFolder();
  expect(await holt(["runs"], { HOLT_HOME: folder })).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'DATABASE_URL: is not set and no local Holt runs here; go to its folder, set HOLT_HOME to its data, start one with "holt dev", or set it\n',
  });
});

it("says that PostgreSQL is out of reach", async () => {
  expect(await holt(["runs"], NOWHERE)).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "PostgreSQL: could not be reached (connect ECONNREFUSED 127.0.0.1:1); start it, or correct DATABASE_URL\n",
  });
});

it("says that Temporal is out of reach where it is needed, and changes nothing", async () => {
  const database = await testDatabase();
  const env = { ...(await envOf(database, "deployer")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  expect(await holt(["apply", "--file", "examples/movies/holt.config.ts"], env)).toEqual({
    code: 1,
    stdout: "",
    stderr: "Temporal: could not be reached; start it, or correct TEMPORAL_ADDRESS\n",
  });
  expect(await database.db.selectFrom("model").selectAll().execute()).toEqual([]);
});

it("asks for a token where somebody must answer for it", async () => {
  const { url } = await testDatabase();
  expect(await holt(["run", "movies"], { DATABASE_URL: url })).toEqual({
    code: 1,
    stdout: "",
    stderr:
      'HOLT_TOKEN: is not set, so nobody is known to do this; set it to a token of "holt tokens issue"\n',
  });
});

it("gives the error as JSON when JSON was asked for", async () => {
  const env = await envOf(await testDatabase(), "deployer");
  const end = await holt(["versions", "nothing", "--json"], env);
  expect({ ...end, stderr: JSON.parse(end.stderr) }).toEqual({
    code: 1,
    stdout: "",
    stderr: {
      error: {
        code: "NotFound",
        message: 'model "nothing": is not in the database; apply its definition with "holt apply"',
      },
    },
  });
});

it("keeps the details of what nobody expected in a file, and says where", async () => {
  const database = await testDatabase();
  const home = await temporaryFolder();
  await database.db.schema.alterTable("run").dropColumn("opened_at").execute();
  const { code, stdout, stderr } = await holt(["runs"], { DATABASE_URL: database.url, HOLT_HOME: home });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, file] = /^holt: .+; the details are in (.+)\n$/.exec(stderr) ?? [];
  expect(file).toContain(join(home, "errors"));
  expect(await readFile(file ?? "", "utf8")).toMatch(/\n {4}at /);
});
