import { expect, it } from "vitest";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { authenticateSession } from "./authenticate.ts";
import { disablePerson, issueToken, SET_UP } from "./people.ts";
import { endSession, issueSignInCode, openExternalSession, openSession } from "./sessions.ts";

const USED = "sign-in code: is unknown, used or older than 5 minutes; get another from the terminal";

async function setUp() {
  const database = await testDatabase();
  const context = { database };
  const rita = await addActor(context, "reviewer", { name: "rita" });
  return { database, context, rita };
}

it("signs a browser in by a code once, also when it is brought 20 times at the same time", async () => {
  const { context, rita } = await setUp();
  const { code } = await issueSignInCode(context, rita);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => openSession(context, { code })));
  const opened = tries.filter((one) => one.status === "fulfilled");
  expect(opened).toHaveLength(1);
  expect(opened[0]?.value.actor).toMatchObject({ name: "rita", personId: rita.personId });
  for (const one of tries) if (one.status === "rejected") expect(one.reason.message).toBe(USED);
});

it("refuses a code after five minutes", async () => {
  const { database, context, rita } = await setUp();
  const { code, expiresAt } = await issueSignInCode(context, rita);
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(4 * 60_000);
  expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(5 * 60_000);
  await database.db
    .updateTable("sign_in_code")
    .set({ expires_at: new Date(Date.now() - 1) })
    .execute();
  await expect(openSession(context, { code })).rejects.toThrow(USED);
});

it("knows a session until it is ended, its person is disabled, or twelve hours are over", async () => {
  const { database, context, rita } = await setUp();
  const { token } = await issueToken(context, SET_UP, { name: "rita", ttlMs: 60_000 });
  const [ended, expired, shut] = await Promise.all([1, 2, 3].map(() => openSession(context, { token })));
  if (!ended || !expired || !shut) throw new Error("three sessions were opened");
  expect(await authenticateSession(context, ended.session)).toMatchObject({ personId: rita.personId });
  await endSession(context, ended.session);
  await endSession(context, ended.session);
  await expect(authenticateSession(context, ended.session)).rejects.toThrow("session: has ended");
  expect(expired.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(12 * 3_600_000);
  expect(await authenticateSession(context, expired.session)).toMatchObject({ personId: rita.personId });
  await disablePerson(context, SET_UP, "rita");
  await expect(authenticateSession(context, shut.session)).rejects.toThrow("session: has ended");
  await database.db.updateTable("person").set({ disabled_at: null }).execute();
  await database.db
    .updateTable("session")
    .set({ expires_at: new Date(0) })
    .execute();
  await expect(authenticateSession(context, expired.session)).rejects.toThrow("session: has ended");
});

it("ends a session that nobody used for half an hour, and lets a session make no new one", async () => {
  const { database, context, rita } = await setUp();
  const { session, actor } = await openSession(context, { token: rita.proof.reveal() });
  await expect(issueSignInCode(context, actor)).rejects.toThrow("token: is unknown, expired or revoked");
  const usedAgo = (minutes: number) =>
    database.db
      .updateTable("session")
      .set({ last_used_at: new Date(Date.now() - minutes * 60_000) })
      .execute();
  await usedAgo(29);
  expect(await authenticateSession(context, session)).toMatchObject({ name: "rita" });
  const { last_used_at } = await database.db
    .selectFrom("session")
    .select("last_used_at")
    .executeTakeFirstOrThrow();
  expect(Date.now() - last_used_at.getTime()).toBeLessThan(60_000);
  await usedAgo(31);
  await expect(authenticateSession(context, session)).rejects.toThrow("session: has ended");
});

it("knows somebody whom a provider signed in by issuer and subject, and takes their roles from it", async () => {
  const { database, context } = await setUp();
  const anna = { issuer: "https://id", subject: "1", name: "anna", email: null, groups: ["product"] };
  const first = await openExternalSession(context, { ...anna, roles: ["viewer"] });
  expect(first.actor).toMatchObject({ name: "anna", roles: ["viewer"], groups: ["product"] });
  const again = await openExternalSession(context, { ...anna, name: "annabel", roles: ["reviewer"] });
  expect(again.actor).toMatchObject({ personId: first.actor.personId, name: "anna", roles: ["reviewer"] });
  expect(again.session).not.toBe(first.session);
  const fromSlack = { ...anna, roles: null, groups: null };
  expect((await openExternalSession(context, fromSlack, 60_000)).actor.roles).toEqual(["reviewer"]);
  await expect(openExternalSession(context, { ...fromSlack, subject: "2" })).rejects.toThrow(
    'person: "2" of "https://id" is nobody here; an admin links them with "holt users link"',
  );
  await expect(
    openExternalSession(context, { ...anna, subject: "3", name: "rita", roles: ["admin"] }),
  ).rejects.toThrow('person "rita": the name is taken by somebody who signs in otherwise');
  await disablePerson(context, SET_UP, "anna");
  await expect(openExternalSession(context, { ...anna, roles: ["admin"] })).rejects.toThrow(
    'person "anna": is disabled; ask an admin',
  );
  expect(await database.db.selectFrom("person").select("name").orderBy("name").execute()).toEqual([
    { name: "anna" },
    { name: "rita" },
  ]);
});

it("keeps the mail address that a provider names, and never another in its place", async () => {
  const { database, context } = await setUp();
  const anna = { issuer: "https://id", subject: "1", name: "anna", roles: ["reviewer"] as const, groups: [] };
  const kept = () =>
    database.db.selectFrom("person").select("email").where("name", "=", "anna").executeTakeFirstOrThrow();
  await openExternalSession(context, { ...anna, email: null });
  expect(await kept()).toEqual({ email: null });
  await openExternalSession(context, { ...anna, email: "anna@shop.org" });
  await openExternalSession(context, { ...anna, email: "somebody@else.org" });
  expect(await kept()).toEqual({ email: "anna@shop.org" });
});
