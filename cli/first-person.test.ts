/** How the first people get into a new installation, and nobody else. */
import { expect, it } from "vitest";
import { listAudit } from "../db/views/audit.ts";
import { testDatabase } from "../tests/support/database.ts";
import { emptyDatabase, envOf, holt } from "../tests/support/holt.ts";

it("lets whoever has the database's key add the first admin to an empty database, and notes it", async () => {
  const { url, db } = await emptyDatabase();
  const env = { DATABASE_URL: url };
  expect(await holt(["users"], env)).toEqual({
    code: 1,
    stdout: "",
    stderr:
      'database: has no tables of Holt; make them with "node scripts/migrate.ts", or with "holt users add", which adds the first person, too\n',
  });
  expect(await holt(["users", "add", "anna", "--role", "admin"], env)).toEqual({
    code: 0,
    stdout: "person anna: admin. Give them a token with: holt tokens issue anna\n",
    stderr: "",
  });
  const issued = await holt(["tokens", "issue", "anna", "--label", "laptop"], env);
  expect(issued).toMatchObject({ code: 0, stdout: expect.stringMatching(/^holt_[\w-]{43}\n$/) });
  expect((await listAudit(db)).map(({ by, action, subject }) => [by, action, subject])).toEqual([
    [null, "issue_token", "person anna"],
    [null, "add_person", "person anna"],
  ]);

  const refused = "HOLT_TOKEN: is not set, and this installation has an admin; set it to an admin's token\n";
  expect(await holt(["users", "add", "eve", "--role", "admin"], env)).toEqual({
    code: 1,
    stdout: "",
    stderr: refused,
  });
  expect(await holt(["tokens", "issue", "anna"], env)).toMatchObject({ code: 1, stderr: refused });

  const asAnna = { ...env, HOLT_TOKEN: issued.stdout.trim() };
  expect(await holt(["users", "add", "ben", "--role", "reviewer"], asAnna)).toMatchObject({ code: 0 });
  const users = await holt(["users", "list", "--json"], asAnna);
  expect(JSON.parse(users.stdout)).toMatchObject([
    { name: "anna", roles: ["admin"], disabledAt: null },
    { name: "ben", roles: ["reviewer"], disabledAt: null },
  ]);
  expect((await listAudit(db))[0]).toMatchObject({ by: "anna", subject: "person ben" });
});

it("lets only admins administer", async () => {
  const database = await testDatabase();
  await envOf(database, "admin");
  const asReviewer = await envOf(database, "reviewer");
  expect(await holt(["users", "add", "eve", "--role", "admin"], asReviewer)).toEqual({
    code: 1,
    stdout: "",
    stderr: 'person "reviewer": role "reviewer" may not administer; ask for the role "admin"\n',
  });
});

it("shuts people and tokens out at once", async () => {
  const database = await testDatabase();
  const asAdmin = await envOf(database, "admin");
  const asEngineer = await envOf(database, "deployer");
  const run = ["run", "nothing"];
  expect((await holt(run, asEngineer)).stderr).toBe(
    'model "nothing": is not in the database; apply its definition with "holt apply"\n',
  );
  const shutOut = "token: is unknown, expired or revoked; ask an admin for another\n";

  const own = await holt(
    ["tokens", "issue", "deployer", "--label", "ci", "--expires-after", "1 h", "--json"],
    asAdmin,
  );
  const { token } = JSON.parse(own.stdout) as { token: string };
  expect(await holt(["tokens", "revoke", "deployer", "--label", "ci"], asAdmin)).toMatchObject({
    code: 0,
    stdout: 'person deployer: 1 token with the label "ci" revoked\n',
  });
  expect(await holt(run, { ...asEngineer, HOLT_TOKEN: token })).toMatchObject({ code: 1, stderr: shutOut });
  expect((await holt(run, asEngineer)).stderr).not.toBe(shutOut);

  expect(await holt(["users", "disable", "deployer"], asAdmin)).toMatchObject({
    code: 0,
    stdout: "person deployer: is disabled; their tokens and sessions open nothing\n",
  });
  expect(await holt(run, asEngineer)).toMatchObject({ code: 1, stderr: shutOut });
});

it("prints a link that signs a browser in, once", async () => {
  const database = await testDatabase();
  const env = { ...(await envOf(database, "reviewer")), HOLT_SERVER_URL: "https://holt.example" };
  const { code, stdout, stderr } = await holt(["sign-in"], env);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^https:\/\/holt\.example\/#sign-in=holt_[\w-]{43}\n$/),
    stderr: expect.stringMatching(/^Open this link once, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC:\n$/),
  });
});
