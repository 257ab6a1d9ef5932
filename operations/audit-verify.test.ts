import { sql } from "kysely";
import { expect, it } from "vitest";
import { addAudit } from "../db/audit.ts";
import { Random } from "../tests/faults/random.ts";
import { addEntries } from "../tests/support/audit-entries.ts";
import { FOUND_AS, isSeenOnlyOutside, TAMPERINGS, tamper } from "../tests/support/audit-tampering.ts";
import { testDatabase } from "../tests/support/database.ts";
import { temporaryFolder } from "../tests/support/holt.ts";
import { readCheckpointLines } from "./audit-checkpoint-file.ts";
import { exportCheckpoint } from "./audit-checkpoints.ts";
import { makeSigningKey, readPublicKeys, readSigningKey } from "./audit-keys.ts";
import { verifyAudit } from "./audit-verify.ts";

const outsideOf = async (folder: string) => ({
  lines: await readCheckpointLines(folder),
  keys: await readPublicKeys(`${folder}/public-key.pem`),
});

async function setUp() {
  const database = await testDatabase();
  const folder = await temporaryFolder();
  await makeSigningKey(`${folder}/key.pem`);
  const settings = { folder, key: await readSigningKey(`${folder}/key.pem`) };
  return { database, folder, settings };
}

it("links entries in the order of their commits, over every column, and finds nothing wrong with them", async () => {
  const { database } = await setUp();
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 0 });
  const { id } = await database.db
    .insertInto("person")
    .values({ name: "ada" })
    .returning("id")
    .executeTakeFirstOrThrow();
  await database.db.transaction().execute(async (trx) => {
    const entry = { person_id: id, action: "apply", model: "shop", subject: "first" };
    await trx.insertInto("audit").values(entry).execute();
    await addEntries(database, 3);
    await addAudit(trx, { action: "apply", model: null, subject: 'last "\\ \t' });
  });
  const subjects = await database.db
    .selectFrom("audit_link")
    .innerJoin("audit", "audit.id", "audit_link.audit_id")
    .select(["position", "subject"])
    .orderBy("position")
    .execute();
  expect(subjects.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  expect(subjects.map(({ subject }) => subject.slice(0, 5))).toEqual([
    "run s",
    "run s",
    "run s",
    "first",
    "last ",
  ]);
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 5, faults: [], checkpoints: 0 });
});

it("leaves no position out when transactions are rolled back, or parts of them", async () => {
  const { database } = await setUp();
  await addEntries(database, 1);
  await expect(
    database.db.transaction().execute(async (trx) => {
      await addAudit(trx, { action: "apply", model: null, subject: "gone" });
      throw new Error("changed my mind");
    }),
  ).rejects.toThrow("changed my mind");
  await database.db.transaction().execute(async (trx) => {
    await sql`savepoint before`.execute(trx);
    await addAudit(trx, { action: "apply", model: null, subject: "gone" });
    await sql`rollback to before`.execute(trx);
    await addAudit(trx, { action: "apply", model: null, subject: "kept" });
  });
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 2 });
});

it.each(Object.keys(TAMPERINGS))("finds it when somebody with all rights %s", async (name) => {
  const { database, folder, settings } = await setUp();
  await database.db.insertInto("person").values({ name: "ada" }).execute();
  await addEntries(database, 12);
  await exportCheckpoint(database, settings);
  await tamper(database.url, name, new Random(7));
  const alone = await verifyAudit(database);
  expect(alone.intact).toBe(isSeenOnlyOutside(name));
  const found = await verifyAudit(database, await outsideOf(folder));
  expect(found.intact).toBe(false);
  expect(found.faults.map(({ kind }) => kind)).toContain(FOUND_AS[name]);
  for (const { message } of found.faults) expect(message).toMatch(/^(position|entry|checkpoint) \d+: /);
  if (isSeenOnlyOutside(name))
    await expect(exportCheckpoint(database, settings)).rejects.toThrow("is not what was signed at");
});

it("says which position was changed, and not that all after it were", async () => {
  const { database } = await setUp();
  await addEntries(database, 9);
  await sql`set session_replication_role = replica; update audit set action = 'stop_run' where id = 4;
    set session_replication_role = origin`.execute(database.db);
  expect(await verifyAudit(database)).toMatchObject({
    intact: false,
    faultCount: 1,
    faults: [
      {
        kind: "edited",
        position: 4,
        entry: 4,
        message: "position 4: its entry 4 was changed after it was written",
      },
    ],
  });
});

it("believes no checkpoint that another key signed, that was changed, taken out, or is another database's", async () => {
  const { database, folder, settings } = await setUp();
  for (let count = 0; count < 3; count++) {
    await addEntries(database, 2);
    await exportCheckpoint(database, settings);
  }
  const { lines, keys } = await outsideOf(folder);
  const verify = async (changed: string[], given = keys) =>
    (await verifyAudit(database, { lines: changed, keys: given })).faults.map(({ message }) => message);
  expect(await verify(lines)).toEqual([]);
  const [first = "", second = "", third = ""] = lines;
  expect(await verify([first, third])).toEqual([
    "checkpoint 2: does not follow the line before; one was removed, added or moved",
  ]);
  expect(await verify([first, second.replace('"position":4', '"position":3'), third])).toEqual([
    "checkpoint 2: its signature is not of what it says; it was changed",
    "checkpoint 3: does not follow the line before; one was removed, added or moved",
  ]);
  expect(await verify([first, "nonsense"])).toEqual(["checkpoint 2: is not a checkpoint"]);
  await makeSigningKey(`${folder}/other.pem`);
  const other = await readSigningKey(`${folder}/other.pem`);
  await addEntries(database, 1);
  await exportCheckpoint(database, { folder, key: other });
  const after = await outsideOf(folder);
  expect(await verify(after.lines)).toEqual([
    `checkpoint 4: was signed with the key ${other.id}, which is not a given one`,
  ]);
  expect(await verify(after.lines, after.keys)).toEqual([]);
  await sql`set session_replication_role = replica; update audit_origin set database_id = gen_random_uuid();
    set session_replication_role = origin`.execute(database.db);
  expect((await verify(lines))[0]).toContain("position 1: does not follow");
  await expect(exportCheckpoint(database, settings)).rejects.toThrow(
    "has the checkpoints of another database",
  );
});
