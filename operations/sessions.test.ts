import { expect, it } from "vitest";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { authenticateSession } from "./authenticate.ts";
import { disablePerson, issueToken, SET_UP } from "./people.ts";
import { endSession, issueSignInCode, openSession } from "./sessions.ts";

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
