import { ApplicationFailure } from "@temporalio/common";
import { pino } from "pino";
import { expect, it } from "vitest";
import { InvalidInput } from "../core/errors.ts";
import { runDefinedSql } from "../db/defined-sql.ts";
import { testDatabase } from "../tests/support/database.ts";
import { LOG_SERIALIZERS } from "./describe-error.ts";

const CANARY = "Toy Story (1995)";

/** The error as it stands in a log. */
function logged(err: unknown): { written: string; err: Record<string, unknown> } {
  let written = "";
  const write = (line: string) => {
    written += line;
  };
  const log = pino({ serializers: LOG_SERIALIZERS }, { write });
  log.error({ err }, "failed");
  return { written, err: JSON.parse(written).err };
}

it.each([
  ["22P02", `select ('${CANARY}' || '')::int`],
  ["23505", `insert into canary values ('${CANARY}'), ('${CANARY}')`],
  ["P0001", `do $$ begin raise '${CANARY}' using detail = '${CANARY}', hint = '${CANARY}'; end $$`],
])("says of PostgreSQL's %s the code, and no value of a row", async (code, statement) => {
  const { pool } = await testDatabase();
  await pool.query("create table if not exists public.canary (title text primary key)");
  const error = await pool.query(statement).catch((reason: Error) => reason);
  expect(JSON.stringify([String(error), error])).toContain(CANARY);
  const { written, err } = logged(error);
  expect(err).toMatchObject({
    type: "DatabaseError",
    code,
    at: expect.arrayContaining([expect.any(String)]),
  });
  expect(written).not.toContain(CANARY);
});

it("keeps what Holt says of a person's SQL, and nothing of what PostgreSQL said", async () => {
  const { pool } = await testDatabase();
  const client = await pool.connect();
  const error = await runDefinedSql(client, "steps.own.sql", {
    sql: `select title::int from (values ('${CANARY}')) as titles (title)`,
  }).catch((reason: Error) => reason);
  client.release();
  expect(error).toBeInstanceOf(InvalidInput);
  const { written, err } = logged(error);
  expect(err).toMatchObject({
    type: "InvalidInput",
    message: expect.stringMatching(/^steps\.own\.sql: invalid input syntax for type integer/),
    cause: { type: "DatabaseError", code: "22P02" },
  });
  expect(written).not.toContain(CANARY);
});

it("keeps Holt's own words and a cause's class, and nothing that hangs on either", () => {
  const cause = Object.assign(new Error(CANARY), {
    code: "ENOENT",
    path: CANARY,
    cause: new SyntaxError(CANARY),
  });
  const error = Object.assign(
    new InvalidInput("sales.csv: 2 rows would be set aside\nmend them", { cause }),
    {
      logTail: CANARY,
    },
  );
  const { written, err } = logged(error);
  expect(err).toMatchObject({
    type: "InvalidInput",
    message: "sales.csv: 2 rows would be set aside\nmend them",
    cause: { type: "Error", code: "ENOENT", cause: { type: "SyntaxError" } },
  });
  expect(written).not.toContain(CANARY);
});

it("leaves out the words of others wherever they come from", () => {
  const failure = ApplicationFailure.create({ type: "error", message: `invalid input: "${CANARY}"` });
  for (const error of [failure, new SyntaxError(`Unexpected token: ${CANARY}`), CANARY, { title: CANARY }])
    expect(logged(error).written).not.toContain(CANARY);
  const own = ApplicationFailure.create({ type: "InvalidInput", message: "sales.csv: is empty; deliver it" });
  expect(logged(own).err).toMatchObject({ message: "sales.csv: is empty; deliver it" });
});
