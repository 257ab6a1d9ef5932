import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { timedId } from "../store/timed-id.ts";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt, temporaryFolder } from "../tests/support/holt.ts";
import { testServer } from "../tests/support/server.ts";

const click = (id: string) => ({ kind: "click", id, recommendationId: timedId(), itemId: "i1" });

/** A server, and a file with these lines. */
async function setUp(lines: readonly (string | object)[], role: "service" | "submitter" = "service") {
  const database = await testDatabase();
  const { app, spool } = await testServer(database);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const env = { ...(await envOf(database, role)), HOLT_SERVER_URL: `http://127.0.0.1:${port}` };
  const folder = await temporaryFolder();
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  await writeFile(join(folder, "told.jsonl"), text);
  const run = (...options: string[]) => holt(["outcomes", "import", "told.jsonl", ...options], env, folder);
  const stored = async () => {
    await spool.flush();
    const rows = await database.db
      .selectFrom("outcome")
      .select(["id", "kind", "amount"])
      .orderBy("id")
      .execute();
    return rows.map(({ id, kind, amount }) => `${id} ${kind} ${amount}`);
  };
  return { run, stored };
}

it("tells of what a file has, faulty lines by their number, and the same file again changes nothing", async () => {
  const spend = { ...click("s1"), kind: "spend", amountMinor: 1_250, currency: "EUR" };
  const { run, stored } = await setUp([
    click("c1"),
    "",
    "{",
    { ...spend, currency: "€", id: "" },
    spend,
    "7",
  ]);
  const refused = [
    "told.jsonl:3: is not JSON; write one outcome a line, in { }",
    "told.jsonl:4: id: is empty; name each outcome, so that the same again counts once\n" +
      'told.jsonl:4: currency: "€" is not a currency of ISO 4217; write its code, as in "EUR"',
    "told.jsonl:6: 7 is not a group of settings; write settings in { }",
  ];
  expect(await run()).toEqual({
    ...{ code: 1, stderr: "" },
    stdout: `2 outcomes told, 3 refused\n${refused.join("\n")}\n`,
  });
  const again = await run("--json");
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stdout)).toEqual({
    told: 2,
    refused: [3, 4, 6].map((line, at) => ({ line, problem: refused[at] })),
  });
  expect(await stored()).toEqual(["c1 click null", "s1 spend 12.50"]);
});

it("takes files of any length, with the longest names that there may be", async () => {
  const name = (at: number) => `${at}`.padEnd(200, "\u20ac");
  const { run, stored } = await setUp(
    Array.from({ length: 600 }, (_, at) => ({ ...click(name(at)), itemId: name(at) })),
  );
  expect(await run()).toEqual({ code: 0, stdout: "600 outcomes told, 0 refused\n", stderr: "" });
  expect(await stored()).toHaveLength(600);
});

it("says what the server refuses, and that there is no such file", async () => {
  const { run, stored } = await setUp([click("c1")], "submitter");
  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^person "submitter": role "submitter" may not report;/),
  });
  expect(await stored()).toEqual([]);
  const missing = await holt(["outcomes", "import", "none.jsonl"], { HOLT_SERVER_URL: "http://127.0.0.1:1" });
  expect(missing).toEqual({
    code: 2,
    stdout: "",
    stderr: 'file "none.jsonl": cannot be read; correct its path\n',
  });
});

it("refuses a folder in the file's place, as a mistake of whoever calls it", async () => {
  const folder = await temporaryFolder();
  const server = { HOLT_SERVER_URL: "http://127.0.0.1:1" };
  expect(await holt(["outcomes", "import", "."], server, folder)).toEqual({
    code: 2,
    stdout: "",
    stderr: 'file ".": is a folder; name the file in it\n',
  });
});
