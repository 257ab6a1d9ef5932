import { sql } from "kysely";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { authenticate, requireAbility } from "./authenticate.ts";
import { addPerson, disablePerson, issueToken, revokeToken, SET_UP } from "./people.ts";

const REFUSED = "token: is unknown, expired or revoked; ask an admin for another";

async function setUp() {
  const database = await testDatabase();
  const context = { database };
  const ada = await addPerson(context, SET_UP, { name: "ada", role: "admin" });
  const { token } = await issueToken(context, ada, { name: "ada", label: "laptop", ttlMs: 60_000 });
  return { database, context, ada, token };
}

it("knows a person by a token, of which the database has only the hash", async () => {
  const { database, context, ada, token } = await setUp();
  expect(token).toMatch(/^holt_[A-Za-z0-9_-]{43}$/);
  expect(await authenticate(context, token)).toEqual(ada);
  const { rows } = await sql<{ dump: string }>`
    select string_agg(t::text, ' ') || (select string_agg(a::text, ' ') from audit a) as dump from token t`.execute(
    database.db,
  );
  expect(rows[0]?.dump).toContain("laptop");
  expect(rows[0]?.dump).not.toContain(token.slice(5));
});

it("knows nobody by an unknown, expired or revoked token, or one of a disabled person, and doesn't say which", async () => {
  const { context, ada, token } = await setUp();
  const other = await issueToken(context, ada, { name: "ada", label: "phone", ttlMs: 60_000 });
  const short = await issueToken(context, ada, { name: "ada", ttlMs: 1 });
  await expect.poll(() => authenticate(context, short.token).catch((error) => error.message)).toBe(REFUSED);
  for (const nonsense of ["", "holt_", `${token}x`, `${token.slice(0, -1)}_`, "x".repeat(10_000)])
    await expect(authenticate(context, nonsense)).rejects.toThrow(REFUSED);
  expect(await revokeToken(context, ada, { name: "ada", label: "laptop" })).toBe(1);
  await expect(authenticate(context, token)).rejects.toThrow(REFUSED);
  expect(await authenticate(context, other.token)).toEqual(ada);
  await disablePerson(context, ada, "ada");
  await expect(authenticate(context, other.token)).rejects.toThrow(REFUSED);
});

it("adds a person once, and refuses the name to another role", async () => {
  const { database, context, ada } = await setUp();
  const again = await addPerson(context, ada, { name: "ada", role: "admin" });
  expect(again).toEqual(ada);
  await expect(addPerson(context, ada, { name: "ada", role: "viewer" })).rejects.toThrow(
    'person "ada": the name is taken (admin); choose another',
  );
  await expect(addPerson(context, ada, { name: "Ada Lovelace", role: "viewer" })).rejects.toThrow(
    'person: "Ada Lovelace" is not a name; use small letters, digits and . _ @ -, 80 at most',
  );
  const audit = await database.db.selectFrom("audit").select(["action", "subject"]).orderBy("id").execute();
  expect(audit).toEqual([
    { action: "add_person", subject: "person ada" },
    { action: "issue_token", subject: "person ada" },
  ]);
});

it("lets only an admin add people and hand out tokens", async () => {
  const { context, ada } = await setUp();
  const eve = await addPerson(context, ada, { name: "eve", role: "engineer" });
  const refusal = 'person "eve": role "engineer" may not administer; ask for the role "admin"';
  await expect(addPerson(context, eve, { name: "mal", role: "admin" })).rejects.toThrow(refusal);
  await expect(issueToken(context, eve, { name: "ada", ttlMs: 1_000 })).rejects.toThrow(refusal);
  await expect(revokeToken(context, eve, { name: "ada", label: "laptop" })).rejects.toThrow(refusal);
  await expect(disablePerson(context, eve, "ada")).rejects.toThrow(refusal);
  expect(() => requireAbility(eve, "operate")).not.toThrow();
});
