import { rm, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { applyDefinition } from "../db/definitions.ts";
import { openRun } from "../db/runs.ts";
import { exportCheckpoint } from "../operations/audit-checkpoints.ts";
import { makeSigningKey, readSigningKey } from "../operations/audit-keys.ts";
import { digestOf } from "../store/digest.ts";
import { Random } from "../tests/faults/random.ts";
import { addEntries } from "../tests/support/audit-entries.ts";
import { tamper } from "../tests/support/audit-tampering.ts";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, type HoltEnv, holt, temporaryFolder } from "../tests/support/holt.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";

/** A server's log with seven entries beside the people's, signed up to its end. */
async function setUp() {
  const database = await testDatabase();
  const auditor = await envOf(database, "auditor");
  const folder = await temporaryFolder();
  await makeSigningKey(`${folder}/key.pem`);
  await addEntries(database, 7);
  await exportCheckpoint(database, { folder, key: await readSigningKey(`${folder}/key.pem`) });
  const asAuditor: HoltEnv = { ...auditor, DATABASE_URL: asLogin(database.url, "server") };
  return { database, auditor: asAuditor, folder };
}

it("finds the log as it was written, with checkpoints and without; says what it cannot see without", async () => {
  const { auditor, folder } = await setUp();
  const alone = await holt(["audit", "verify"], auditor);
  expect(alone).toMatchObject({ code: 0, stderr: "" });
  expect(alone.stdout).toBe(
    "The audit log is as it was written: 9 entries without a gap.\nNo checkpoints: a cut end or a chain built anew cannot be seen without them.\n",
  );
  const { code, stdout } = await holt(["audit", "verify", "--checkpoints", folder], auditor);
  expect(code).toBe(0);
  expect(stdout).toMatch(/1 signed checkpoint, the newest of .* UTC at position 9\./);
});

it("ends with 1 and names position and fault when something was changed, as text and as JSON", async () => {
  const { database, auditor, folder } = await setUp();
  await tamper(database.url, "removes all", new Random(1));
  const env: HoltEnv = { ...auditor, HOLT_AUDIT_FOLDER: folder };
  const text = await holt(["audit", "verify"], env);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/^The audit log was changed: 1 fault\.\n/);
  expect(text.stdout).toMatch(
    / {2}position 0: the chain ends here, but at .* it was signed up to 9; its end was cut off\n$/,
  );
  const json = await holt(["audit", "verify", "--json"], env);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    intact: false,
    entries: 0,
    faults: [{ kind: "cut", position: 0 }],
  });
  await rm(`${folder}/checkpoints.jsonl`);
  expect(await holt(["audit", "verify"], env)).toMatchObject({ code: 2 });
});

it("believes the key that it is given, not the one that stands beside the checkpoints", async () => {
  const { auditor, folder } = await setUp();
  const other = await temporaryFolder();
  await makeSigningKey(`${other}/key.pem`);
  const { publicPem } = await readSigningKey(`${other}/key.pem`);
  await writeFile(`${other}/public-key.pem`, publicPem);
  const { code, stdout } = await holt(
    ["audit", "verify", "--checkpoints", folder, "--key", `${other}/public-key.pem`],
    auditor,
  );
  expect(code).toBe(1);
  expect(stdout).toContain("which is not a given one");
});

it("lets in whoever may audit, and the database's auditor without a token; nobody else", async () => {
  const { database, auditor, folder } = await setUp();
  const login = { DATABASE_URL: asLogin(database.url, "auditor") };
  expect(await holt(["audit", "verify", "--checkpoints", folder], login)).toMatchObject({
    code: 0,
    stderr: "",
  });
  const { HOLT_TOKEN: _, ...nobody } = auditor;
  for (const command of [["verify"], ["show", "shop"]]) {
    const refused = await holt(["audit", ...command], nobody);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("HOLT_TOKEN: is not set");
    const viewer = {
      ...(await envOf(database, "viewer", `viewer-${command[0]}`)),
      DATABASE_URL: nobody["DATABASE_URL"],
    };
    const unable = await holt(["audit", ...command], viewer);
    expect(unable).toMatchObject({ code: 1, stdout: "" });
    expect(unable.stderr).toContain('may not audit; ask for the role "auditor" or "admin"');
  }
});

it("tells the story of a run to the database's auditor, with the chain's positions in its JSON", async () => {
  const { database } = await setUp();
  const { name, proof } = await addTestPerson(database.db, "submitter");
  const body = { name: "shop" };
  const digest = digestOf(body);
  await database.db
    .transaction()
    .execute((trx) => applyDefinition(trx, proof, { digest, model: "shop", body, folder: "." }));
  await openRun(database.db, proof, { model: "shop", runKey: "mine", baselineOnly: false, fresh: false });
  const login = { DATABASE_URL: asLogin(database.url, "auditor") };
  const { code, stdout } = await holt(["audit", "show", "shop", "--run", "shop-mine"], login);
  expect(code).toBe(0);
  const when = "\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2} UTC";
  expect(stdout).toMatch(
    new RegExp(
      `^shop, from shop-mine\n\n${when}  ${name} applied the definition ${digest.slice(0, 12)}…, the model's first\\.\n${when}  ${name} started run shop-mine\\.\n$`,
    ),
  );
  const json = await holt(["audit", "show", "shop", "--run", "shop-mine", "--json"], login);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: null,
    entries: [
      { position: 10, action: "apply", by: name },
      { position: 11, action: "start_run" },
    ],
  });
  expect(await holt(["audit", "show", "shop", "--version", "3"], login)).toMatchObject({
    code: 1,
    stderr: 'model "shop": has no version 3; see "holt versions shop"\n',
  });
});
