import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { makeSigningKey, readPublicKeys, readSigningKey } from "../operations/audit-keys.ts";
import { readCheckpointSettings } from "../operations/audit-settings.ts";
import { verifyAudit } from "../operations/audit-verify.ts";
import { Random } from "../tests/faults/random.ts";
import { addEntries } from "../tests/support/audit-entries.ts";
import { tamper } from "../tests/support/audit-tampering.ts";
import { testDatabase } from "../tests/support/database.ts";
import { temporaryFolder } from "../tests/support/holt.ts";
import { until } from "../tests/support/until.ts";
import { startCheckpoints } from "./checkpoints.ts";

async function setUp() {
  const database = await testDatabase();
  const folder = await temporaryFolder();
  await makeSigningKey(`${folder}/key.pem`);
  const settings = { folder: `${folder}/audit`, key: await readSigningKey(`${folder}/key.pem`) };
  const problems: string[] = [];
  const start = (times: { everyMs?: number; everyRows?: number } = {}) =>
    startCheckpoints(database, settings, ({ message }) => problems.push(message), {
      lookEveryMs: 20,
      ...times,
    });
  const file = `${settings.folder}/checkpoints.jsonl`;
  const positions = async () =>
    (await readFile(file, "utf8").catch(() => ""))
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line).position as number);
  const reach = (position: number) =>
    until(`a checkpoint at ${position}`, async () => (await positions()).includes(position));
  return { database, folder, settings, problems, start, positions, reach, file };
}

it("signs where the log ends: at once, after so many entries, and at its own end; never the same twice", async () => {
  const { database, settings, problems, start, positions, reach, file } = await setUp();
  await addEntries(database, 3);
  const checkpoints = start({ everyRows: 5 });
  await reach(3);
  await addEntries(database, 5);
  await reach(8);
  await addEntries(database, 2);
  await checkpoints.close();
  expect(await positions()).toEqual([3, 8, 10]);
  await start().close();
  expect(await positions()).toEqual([3, 8, 10]);
  expect(problems).toEqual([]);
  const keys = await readPublicKeys(`${settings.folder}/public-key.pem`);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  expect(await verifyAudit(database, { lines, keys })).toMatchObject({
    intact: true,
    entries: 10,
    checkpoints: 3,
  });
});

it("signs an hour later what was too little before", async () => {
  const { database, start, reach } = await setUp();
  await addEntries(database, 1);
  const checkpoints = start({ everyMs: 0, everyRows: 1_000 });
  await reach(1);
  await addEntries(database, 1);
  await reach(2);
  await checkpoints.close();
});

it("signs no log that was cut or built anew, and says so once; the file keeps what it had", async () => {
  const { database, problems, start, positions, reach } = await setUp();
  await addEntries(database, 6);
  const first = start();
  await reach(6);
  await first.close();
  await tamper(database.url, "edits an entry and builds the chain anew", new Random(3));
  await addEntries(database, 4);
  const second = start();
  await until("the problem", async () => problems.length > 0);
  expect(second.problem()).toMatch(/^audit log: position 6 is not what was signed at .*nothing was signed/);
  await second.close();
  expect(problems).toHaveLength(1);
  expect(await positions()).toEqual([6]);
});

it("takes the place of a line that a crash cut off", async () => {
  const { database, start, positions, reach, file } = await setUp();
  await addEntries(database, 2);
  const first = start();
  await reach(2);
  await first.close();
  await appendFile(file, '{"database":"half');
  await addEntries(database, 1);
  await start().close();
  expect(await positions()).toEqual([2, 3]);
  expect((await readFile(file, "utf8")).includes("half")).toBe(false);
});

it("keeps its key from everybody else, and refuses one that everybody may read", async () => {
  const { folder } = await setUp();
  const key = `${folder}/key.pem`;
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  const before = await readFile(key, "utf8");
  await makeSigningKey(key);
  expect(await readFile(key, "utf8")).toBe(before);
  await writeFile(`${folder}/open.pem`, before, { mode: 0o644 });
  const settings = (file: string, of: string | undefined = folder) =>
    readCheckpointSettings({ HOLT_AUDIT_KEY_FILE: file, HOLT_AUDIT_FOLDER: of });
  await expect(settings(`${folder}/open.pem`)).rejects.toThrow(
    'may be read by everybody on this machine; "chmod 600" it',
  );
  await expect(settings(`${folder}/none.pem`)).rejects.toThrow("could not be read (ENOENT); make one with");
  await writeFile(`${folder}/nonsense.pem`, "nonsense", { mode: 0o600 });
  await expect(settings(`${folder}/nonsense.pem`)).rejects.toThrow("is not an Ed25519 key in PEM");
  await expect(settings(key, "")).rejects.toThrow(
    "HOLT_AUDIT_FOLDER: is not set, though HOLT_AUDIT_KEY_FILE is",
  );
  expect(await readCheckpointSettings({})).toBeUndefined();
  expect(await settings(key)).toMatchObject({ folder });
});
