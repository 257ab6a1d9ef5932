import { sql } from "kysely";
import { expect, it } from "vitest";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { authenticate, requireAbility } from "./authenticate.ts";
import {
  addPerson,
  changePerson,
  disablePerson,
  issueToken,
  linkIdentity,
  revokeToken,
  SET_UP,
} from "./people.ts";

const REFUSED = "token: is unknown, expired or revoked; ask an admin for another";

async function setUp() {
  const database = await testDatabase();
  const context = { database };
  await addPerson(context, SET_UP, { name: "ada", roles: ["admin"] });
  const { token } = await issueToken(context, SET_UP, { name: "ada", label: "laptop", ttlMs: 60_000 });
  const ada = await authenticate(context, token);
  return { database, context, ada, token };
}

it("knows a person by a token, of which the database has only the hash", async () => {
  const { database, ada, token } = await setUp();
  expect(token).toMatch(/^holt_[A-Za-z0-9_-]{43}$/);
  expect(ada).toMatchObject({ name: "ada", roles: ["admin"], groups: [] });
  expect(ada.proof.reveal()).toBe(token);
  expect(JSON.stringify(ada)).not.toContain(token);
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
  expect(await authenticate(context, other.token)).toMatchObject({ personId: ada.personId });
  await disablePerson(context, await authenticate(context, other.token), "ada");
  await expect(authenticate(context, other.token)).rejects.toThrow(REFUSED);
});

it("adds a person once, and refuses the name to another role", async () => {
  const { database, context, ada } = await setUp();
  const again = await addPerson(context, ada, { name: "ada", roles: ["admin"] });
  expect(again).toMatchObject({ id: ada.personId, roles: ["admin"] });
  await expect(addPerson(context, ada, { name: "ada", roles: ["viewer"] })).rejects.toThrow(
    'person "ada": the name is taken (admin); choose another',
  );
  await expect(addPerson(context, ada, { name: "Ada Lovelace", roles: ["viewer"] })).rejects.toThrow(
    'person: "Ada Lovelace" is not a name; use small letters, digits and . _ @ -, 80 at most',
  );
  const audit = await database.db.selectFrom("audit").select(["action", "subject"]).orderBy("id").execute();
  expect(audit).toEqual([
    { action: "add_person", subject: "person ada" },
    { action: "issue_token", subject: "person ada" },
  ]);
});

it("lets only an admin add people and hand out tokens", async () => {
  const { context } = await setUp();
  const eve = await addActor(context, "deployer", { name: "eve" });
  const refusal = 'person "eve": role "deployer" may not administer; ask for the role "admin"';
  await expect(addPerson(context, eve, { name: "mal", roles: ["admin"] })).rejects.toThrow(refusal);
  await expect(issueToken(context, eve, { name: "ada", ttlMs: 1_000 })).rejects.toThrow(refusal);
  await expect(revokeToken(context, eve, { name: "ada", label: "laptop" })).rejects.toThrow(refusal);
  await expect(disablePerson(context, eve, "ada")).rejects.toThrow(refusal);
  expect(() => requireAbility(eve, "submit")).not.toThrow();
});

it("changes what is given of a person, and leaves the rest", async () => {
  const { database, context, ada } = await setUp();
  await addPerson(context, ada, {
    name: "anna",
    roles: ["reviewer"],
    groups: ["product"],
    email: "anna@shop.org",
  });
  const changed = await changePerson(context, ada, { name: "anna", roles: ["submitter", "reviewer"] });
  expect(changed).toMatchObject({
    roles: ["submitter", "reviewer"],
    groups: ["product"],
    email: "anna@shop.org",
  });
  await expect(changePerson(context, ada, { name: "ben", roles: [] })).rejects.toThrow(
    'person "ben": nobody has this name; see "holt users"',
  );
  await expect(changePerson(context, ada, { name: "anna", email: "anna" })).rejects.toThrow(
    'person "anna": "anna" is not an e-mail address; write one as in a@b.org',
  );
  const last = await database.db
    .selectFrom("audit")
    .select(["action", "person_id", "detail"])
    .orderBy("id", "desc")
    .executeTakeFirst();
  expect(last).toMatchObject({
    action: "change_person",
    person_id: ada.personId,
    detail: { roles: ["submitter", "reviewer"], rolesBefore: ["reviewer"] },
  });
});

it("gives a program an owner, who is a person and no program", async () => {
  const { context, ada } = await setUp();
  const erin = await addPerson(context, ada, { name: "erin", roles: ["submitter"] });
  const ci = await addPerson(context, ada, { name: "ci", roles: ["submitter"], owner: "erin" });
  expect(ci.owner_id).toBe(erin.id);
  for (const owner of ["ci", "bot"])
    await expect(addPerson(context, ada, { name: "bot", roles: ["service"], owner })).rejects.toThrow(
      owner === "ci"
        ? 'person "bot": "ci" cannot own a program; name a person who is not disabled and is no program'
        : 'person "bot": nobody has this name; see "holt users"',
    );
});

it("links one identity to one person", async () => {
  const { context, ada } = await setUp();
  await addPerson(context, ada, { name: "anna", roles: ["reviewer"] });
  const slack = { issuer: "slack:T1", subject: "U1" };
  await linkIdentity(context, ada, { name: "anna", ...slack });
  await linkIdentity(context, ada, { name: "anna", ...slack });
  await expect(linkIdentity(context, ada, { name: "ada", ...slack })).rejects.toThrow(
    'person "ada": "U1" of "slack:T1" is "anna" already; one identity is one person',
  );
});
