import { expect, it } from "vitest";
import type { MonitorCheck } from "../core/api.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addShop } from "../tests/support/shop.ts";

const STALE: MonitorCheck = {
  id: "freshness:titles",
  title: "Source titles is fresh",
  verdict: "fail",
  value: "3.1 d old",
  threshold: "at most 36 h",
  explanation: "The file of source titles was delivered 3.1 d ago.",
  cause: "source:titles",
};

async function addIncident({ db }: TestDatabase, title: string): Promise<number> {
  await addShop(db);
  const { id } = await db
    .insertInto("incident")
    .values({
      model: "shop",
      cause: STALE.cause,
      title,
      symptoms: JSON.stringify([STALE]),
      acknowledged_by: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

it("lists incidents, shows one with its checks, and notes who looks after it", async () => {
  const database = await testDatabase();
  const id = await addIncident(database, "Source titles stopped");
  const env = await envOf(database, "deployer", "erin");
  expect((await holt(["incidents", "--state", "open"], env)).stdout).toMatch(
    / +1 +open +warn +shop +source:titles +.+ UTC +Source titles stopped$/m,
  );
  const shown = await holt(["incidents", "show", String(id)], env);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toMatch(/^fail +Source titles is fresh +3\.1 d old +at most 36 h +source:titles$/m);
  expect(shown.stdout).toContain(
    "Source titles is fresh: The file of source titles was delivered 3.1 d ago.",
  );

  const acknowledged = "incident 1: erin looks after it\n";
  expect(await holt(["incidents", "ack", String(id)], env)).toMatchObject({ code: 0, stdout: acknowledged });
  expect(await holt(["incidents", "--state", "open", "--json"], env)).toMatchObject({ stdout: "[]\n" });
  expect(await holt(["incidents", "ack", String(id)], env)).toMatchObject({ code: 0, stdout: acknowledged });
});

it("shows what Holt did, and has a person undo it", async () => {
  const database = await testDatabase();
  const { db } = database;
  const id = await addIncident(database, "Source titles stopped");
  const hold = {
    kind: "hold",
    model: "shop",
    starts_at: new Date(),
    reason: "stale",
    person_id: null,
  } as const;
  const { id: safeguard_id } = await db
    .insertInto("safeguard")
    .values({ ...hold, ends_at: new Date(Date.now() + 86_400_000) })
    .returning("id")
    .executeTakeFirstOrThrow();
  const [model] = await db.selectFrom("model").selectAll().execute();
  await db
    .insertInto("incident_action")
    .values({
      ...{ incident_id: id, name: "hold", model: "shop", outcome: "taken", safeguard_id },
      ...{ rule: JSON.stringify({ do: "freeze_retraining" }), reason: "no scheduled run is opened" },
      definition_digest: String(model?.definition_digest),
    })
    .execute();
  const env = await envOf(database, "deployer", "erin");
  const shown = await holt(["incidents", "show", String(id)], env);
  expect(shown.stdout).toMatch(
    /What Holt did\n.* UTC {2}hold: no scheduled run is opened, until the cause is gone\n/,
  );
  expect(shown.stdout).toContain(`"holt incidents undo ${id} hold", or "keep" in place of "undo"`);
  const undo = ["incidents", "undo", String(id), "hold", "--reason", "a stale list is fine"];
  expect(await holt(undo, env)).toMatchObject({ code: 0, stdout: `incident ${id}: action hold is undone\n` });
  expect((await holt(["incidents", "show", String(id)], env)).stdout).toContain(
    "undone by erin (a stale list is fine)",
  );
  expect((await holt(["safeguards"], env)).stdout).toBe("None.\n");
});

it("says so when there is no such incident", async () => {
  const env = await envOf(await testDatabase(), "deployer");
  const end = { code: 1, stdout: "", stderr: 'incident 7: does not exist; see "holt incidents"\n' };
  expect(await holt(["incidents", "show", "7"], env)).toEqual(end);
  expect(await holt(["incidents", "ack", "7"], env)).toEqual(end);
  expect(await holt(["incidents", "show", "seven"], env)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("It is not a whole number of at least 1."),
  });
});

it("lets no text of a database steer the terminal", async () => {
  const database = await testDatabase();
  await addIncident(database, "gone\u001b[2J\u001b]0;owned\u0007 \u202eexe.txt\nsecond line");
  const { stdout } = await holt(["incidents"], await envOf(database, "deployer"));
  expect(stdout).toContain("gone exe.txt second line\n");
  expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
});
