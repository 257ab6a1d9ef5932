/** One answer to all that failed at a step, by command and by HTTP; on real PostgreSQL. */
import { beforeEach, expect, it } from "vitest";
import { type FailedRuns, openFailedRuns } from "../tests/support/failed-runs.ts";
import { holt } from "../tests/support/holt.ts";
import { testServer } from "../tests/support/server.ts";
import { addShop } from "../tests/support/shop.ts";

let runs: FailedRuns;
beforeEach(async () => {
  runs = await openFailedRuns();
});

/** Who answered which step of which run how, as the rows have it. */
async function answers() {
  const rows = await runs.database.db
    .selectFrom("step_answer")
    .innerJoin("person", "person.id", "step_answer.person_id")
    .select(["run_id", "step", "answer", "reason", "person.name"])
    .orderBy("run_id")
    .execute();
  return rows.map(({ run_id, step, answer, reason, name }) =>
    [run_id, step, answer, reason, name].join(" | "),
  );
}

it("retries all that failed at a kind of step today, each with the person's entry and a wake-up, and no other", async () => {
  const { database, env, first, second, kiosk } = runs;
  const dry = await holt(["retry", "--at", "ingest", "--since", "today", "--dry-run"], env);
  for (const run of [first, second, kiosk]) expect(dry.stdout).toContain(run);
  expect(dry.stdout).not.toContain(runs.old);
  expect(await answers()).toEqual([]);

  const args = ["retry", "--at", "ingest", "--model", "shop", "--since", "today", "--reason", "half a file"];
  const { code, stdout } = await holt(args, env);
  expect({ code, lines: stdout.trim().split("\n") }).toEqual({
    code: 0,
    lines: [
      `run ${first} step ingest:sales: retry (by erin)`,
      `run ${second} step ingest:sales: retry (by erin)`,
      "2 answered, 0 not",
    ],
  });
  expect(await answers()).toEqual(
    [first, second].map((run) => `${run} | ingest:sales | retry | half a file | erin`).sort(),
  );
  const audit = await database.db
    .selectFrom("audit")
    .innerJoin("person", "person.id", "audit.person_id")
    .select(["subject", "person.name"])
    .where("action", "=", "retry_step")
    .execute();
  expect(audit.map(({ subject, name }) => `${subject} ${name}`).sort()).toEqual(
    [first, second].map((run) => `run ${run} erin`).sort(),
  );
  const woken = database.db.selectFrom("wake_up").select("signal").where("signal", "=", "stepAnswered");
  expect(await woken.execute()).toHaveLength(2);
});

it("names those that may not be skipped, with exit code 1, and skips the others", async () => {
  const { database, env, first, second, old } = runs;
  await database.db.updateTable("step").set({ skippable: true }).where("run_id", "=", second).execute();
  const { code, stdout } = await holt(["skip", "--at", "ingest:sales", "--model", "shop"], env);
  expect(code).toBe(1);
  expect(stdout).toContain(`run ${second} step ingest:sales: skip (by erin)`);
  for (const run of [first, old])
    expect(stdout).toContain(`not answered: run "${run}" step "ingest:sales": cannot be skipped`);
  expect(stdout).toMatch(/\n1 answered, 2 not\n$/);
  expect(await answers()).toEqual([`${second} | ingest:sales | skip |  | erin`]);
});

it("takes the same by HTTP, and a viewer may not", async () => {
  const { database, kiosk } = runs;
  const server = await testServer(database);
  const post = async (role: "deployer" | "viewer", payload: object) =>
    server.app.inject({
      method: "POST",
      url: "/api/step-answers",
      payload,
      headers: await server.asProgram(role),
    });
  const wanted = { answer: "abort", at: "ingest", model: "kiosk", reason: "closed" };
  expect((await post("viewer", wanted)).statusCode).toBe(403);
  const ended = await post("deployer", wanted);
  expect([ended.statusCode, ended.json()]).toMatchObject([
    201,
    { answered: [{ runId: kiosk, step: "ingest:sales", round: 1, answer: "abort" }], refused: [], left: 0 },
  ]);
  // answered already, though the run has yet to hear of it
  expect((await post("deployer", wanted)).json()).toEqual({ answered: [], refused: [], left: 0 });
  expect((await answers()).map((line) => line.split(" ")[0])).toEqual([kiosk]);
  const wrong = await post("deployer", { ...wanted, at: "ingst" });
  expect(wrong.json()).toMatchObject({ status: 400, detail: expect.stringContaining("is neither a step") });
  const later = await post("deployer", { answer: "retry", at: "ingest", since: "2100-01-01T00:00:00Z" });
  expect(later.json()).toEqual({ answered: [], refused: [], left: 0 });
});

it("goes on with a changed definition, and says as which run", async () => {
  const { database, env, first } = runs;
  await database.db.updateTable("run").set({ state: "needs_attention" }).where("id", "=", first).execute();
  expect(await holt(["retry", first, "--definition"], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("was started with the definition that is applied now"),
  });
  await addShop(database.db, "shop", { parallel: 1 });
  expect(await holt(["retry", first, "--definition"], env)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^run ${first}: goes on with the applied definition, as run ${first}-[0-9a-f]{8}\\. Follow it`,
      ),
    ),
  });
});

it("refuses wrong use, and says when nothing waits", async () => {
  const { env, first } = runs;
  const refused = [
    [["retry"], "retry: name either a run, or --at <step> for all that failed there"],
    [["retry", first, "--at", "ingest"], "retry: name either a run, or --at <step>"],
    [["skip", first, "--model", "shop"], "--model: goes with --at only"],
    [
      ["abort", "--at", "ingst"],
      '--at: "ingst" is neither a step, as in "ingest:ratings", nor a kind of steps',
    ],
    [["abort", "--at", "ingest", "--since", "yesterday"], "It is not a time"],
  ] as const;
  for (const [args, words] of refused)
    expect(await holt([...args], env)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  expect(await holt(["retry", "--at", "train"], env)).toMatchObject({
    code: 0,
    stdout: "Nothing needs attention at train there.\n",
  });
});
