/** Times in which alerts wait, from the terminal. */
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addShop } from "../tests/support/shop.ts";

it("silences, lists, lifts by the start of an id, and keeps who did it; refuses what makes no sense and who may not", async () => {
  const database = await testDatabase();
  await addShop(database.db);
  const erin = await envOf(database, "deployer", "erin");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const silence = (...args: string[]) =>
    holt(["silence", ...args, "--until", until, "--reason", "mended"], erin);
  expect((await holt(["silences"], erin)).stdout).toBe("None.\n");
  const made = await silence("shop", "--cause", "source:sales");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(
    /^alerts of model shop with the cause source:sales wait until .+ UTC; "holt silences lift [0-9a-f]{8}" ends it before$/m,
  );
  await silence();
  const { stdout } = await holt(["silences"], erin);
  expect(stdout).toMatch(/ shop +source:sales .+ erin +mended$/m);
  expect(stdout).toMatch(/ every model +any .+ erin +mended$/m);
  const [, id = ""] = /lift ([0-9a-f]{8})/.exec(made.stdout) ?? [];
  expect((await holt(["silences", "lift", id], erin)).stdout).toBe(
    "lifted: alerts of model shop with the cause source:sales come again\n",
  );
  expect(JSON.parse((await holt(["silences", "--json"], erin)).stdout)).toMatchObject([
    { model: null, by: "erin" },
  ]);

  const viewer = await envOf(database, "viewer");
  const far = new Date(Date.now() + 40 * 86_400_000).toISOString();
  for (const [args, env, code, said] of [
    [["silence", "--until", "2020-01-01", "--reason", "x"], erin, 2, "would end before it begins"],
    [["silence", "--until", far, "--reason", "x"], erin, 2, "would last longer than 30 days"],
    [["silence", "--until", until, "--reason", ""], erin, 2, "has no reason"],
    [["silence", "none", "--until", until, "--reason", "x"], erin, 1, 'model "none"'],
    [["silence", "--until", until, "--reason", "x"], viewer, 1, "may not submit"],
    [["silences", "lift", id], erin, 1, 'none that holds begins so; see "holt silences"'],
  ] as const)
    expect(await holt(args, env)).toMatchObject({ code, stderr: expect.stringContaining(said) });
  const log = await database.db
    .selectFrom("audit")
    .select("action")
    .where("action", "like", "%silence%")
    .orderBy("id", "desc")
    .limit(3)
    .execute();
  expect(log.map(({ action }) => action)).toEqual(["lift_silence", "silence_alerts", "silence_alerts"]);
});
