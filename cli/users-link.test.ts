/** Linking people with who they are elsewhere. */
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt } from "../tests/support/holt.ts";

it("links a Slack user by workspace and user, as it does by issuer and subject", async () => {
  const database = await testDatabase();
  const env = await envOf(database, "admin", "ada");
  const link = (...how: string[]) => holt(["users", "link", "ada", ...how], env);
  expect(await link("--slack", "T0123/U0456")).toEqual({
    code: 0,
    stdout: 'person ada: is "U0456" of "slack:T0123" from now on\n',
    stderr: "",
  });
  expect((await link("--issuer", "slack:T0123", "--subject", "U0456")).code).toBe(0);
  expect((await link("--issuer", "https://id.example.com", "--subject", "7")).code).toBe(0);
  const linked = database.db.selectFrom("person_identity").select(["issuer", "subject"]).orderBy("issuer");
  const both = [
    { issuer: "https://id.example.com", subject: "7" },
    { issuer: "slack:T0123", subject: "U0456" },
  ];
  expect(await linked.execute()).toEqual(both);

  for (const [how, words] of [
    [["--slack", "U0456"], "It is no workspace and user of Slack; write both, as in T0123/U0456."],
    [["--slack", "T1/U1", "--issuer", "https://id.example.com"], "cannot be used with"],
    [["--issuer", "https://id.example.com"], "write --slack T0123/U0456, or --issuer with --subject"],
    [[], "write --slack T0123/U0456, or --issuer with --subject"],
  ] as const) {
    const end = await link(...how);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(words);
  }
  expect(await linked.execute()).toEqual(both);
});
