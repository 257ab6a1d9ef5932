import { expect, it } from "vitest";
import { addRule } from "../../db/editorial-rules.ts";
import { startStage } from "../../db/rollouts.ts";
import { listServers } from "../../db/servers.ts";
import { registerVersion } from "../../db/versions.ts";
import { placeOf } from "../../store/place-of.ts";
import { askedShop, idsOf } from "../../tests/support/asked-shop.ts";
import { addTestPerson, decideAs } from "../../tests/support/reviewed-run.ts";
import { addOpenReview, storeModels } from "../../tests/support/shop.ts";

it("answers many people as each by themselves, in the order asked, each with an id and an exposure of its own", async () => {
  const { get, askMany, exposures } = await askedShop();
  const requests = [{ user: "ann", k: 3 }, { user: "nobody" }, { user: "bea", k: 5 }, { user: "ann", k: 3 }];
  const answers = await askMany({ requests });
  expect(answers.map(({ user }) => user)).toEqual(["ann", "nobody", "bea", "ann"]);
  for (const [at, { user, k }] of requests.entries()) {
    const { body } = await get(`recommendations?user=${user}&k=${k ?? 10}&expose=0`);
    const { items, arm, version, fallback } = body;
    expect(answers[at]).toMatchObject({ items, arm, version, fallback, recorded: true });
  }
  const rows = await exposures();
  expect(rows.map(({ id, user_id, k, items, context }) => [id, user_id, k, items, context])).toEqual(
    answers
      .map((answer, at) => [answer.recommendationId, answer.user, requests[at]?.k ?? 10, idsOf(answer), null])
      .sort(([one], [other]) => String(one).localeCompare(String(other))),
  );
});

it("takes a thousand, and records none of them when nobody will see them", async () => {
  const { askMany, post, exposures } = await askedShop();
  const of = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ user: at % 2 ? `p${at}` : "ann", k: 1 }));
  const answers = await askMany({ requests: of(1_000), expose: false });
  expect(answers).toHaveLength(1_000);
  expect(answers.filter(({ fallback }) => !fallback)).toHaveLength(500);
  expect(answers.some(({ recorded }) => recorded)).toBe(false);
  const { status, body } = await post({ requests: of(1_001) });
  expect([status, body.detail]).toEqual([400, "body.requests: has too many entries; send 1000 at most"]);
  expect(await exposures()).toEqual([]);
});

it("answers nothing when one entry is wrong, and says which", async () => {
  const { post, exposures } = await askedShop();
  const detail = async (payload: object) => {
    const { status, body } = await post(payload);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
    return body.detail;
  };
  const good = { user: "ann" };
  expect(await detail({ requests: [good, { user: "" }] })).toBe(
    "body.requests[1].user: is empty; name the person",
  );
  expect(await detail({ requests: [good, good, { user: "bea", k: 101 }] })).toBe(
    "body.requests[2].k: 101 is too big; write at most 100",
  );
  expect(await detail({ requests: [{ k: 5 }, good] })).toBe(
    'body.requests[0]: has neither "user" nor "items"; name a person, the items of a session, or both',
  );
  expect(await detail({ requests: [{ ...good, genre: "news" }] })).toBe(
    'body.requests[0].genre: "genre" is not a setting here; known are "user", "items", "k", "filters", "country", "household", "session", "explain"',
  );
  expect(await detail({ requests: [] })).toBe("body.requests: is empty; send at least one request");
  expect(await detail({ requests: Array(21).fill(good), explain: true })).toMatch(
    /^body.explain: has more than 20 requests to explain/,
  );
  const many = await detail({ requests: Array(1_000).fill({ user: "" }) });
  expect(many.split("\n")).toHaveLength(21);
  expect(many).toMatch(/\nand 980 more$/);
  expect(await exposures()).toEqual([]);
});

it("explains all of them, or those that ask for it", async () => {
  const { askMany } = await askedShop();
  const [ann, bea] = await askMany({
    requests: [
      { user: "ann", k: 3, explain: true },
      { user: "bea", k: 3 },
    ],
  });
  expect(ann?.items.find(({ id }) => id === "i09")?.because).toEqual(["i08"]);
  expect(bea?.items[0]).not.toHaveProperty("because");
  const all = await askMany({ requests: [{ user: "ann" }, { user: "bea", explain: false }], explain: true });
  expect(all.map(({ items }) => items[0]?.because !== undefined)).toEqual([true, false]);
});

it("answers a session by its items, after the person's own where one is named, and keeps them with the exposure", async () => {
  const { askMany, exposures } = await askedShop();
  const [session, named, same] = await askMany({
    requests: [
      { items: ["i03", "i04"], k: 3 },
      { user: "ann", items: ["i03", "i07"], k: 6 },
      { user: "nobody", items: ["i04", "i03", "i04"], k: 3 },
    ],
  });
  expect(session).toMatchObject({ user: "", arm: "champion", fallback: false });
  expect(new Set(session && idsOf(session))).toEqual(new Set(["i00", "i02", "i05"]));
  const ids = named ? idsOf(named) : [];
  for (const had of ["i03", "i07", "i08"]) expect(ids).not.toContain(had);
  for (const near of ["i02", "i04", "i06", "i09"]) expect(ids).toContain(near);
  expect(same).toMatchObject({ user: "nobody", items: session?.items });
  const rows = await exposures();
  expect(rows.map(({ user_id, context }) => [user_id, context]).sort()).toEqual([
    ["", { items: ["i03", "i04"] }],
    ["ann", { items: ["i03", "i07"] }],
    ["nobody", { items: ["i04", "i03", "i04"] }],
  ]);
});

it("goes by editorial rules, and by another version only for who is in a rollout's share, which says so", async () => {
  const { database, server, askMany } = await askedShop();
  const { db } = database;
  const { proof } = await addTestPerson(db, "reviewer");
  await addRule(db, "shop", { proof, reason: "so", kind: "pin", itemId: "i19", rank: 1 });
  const run = await addOpenReview(db, { artifacts: await storeModels(server.artifacts, "i", 16) });
  await decideAs(db, await addTestPerson(db), run);
  const version = await registerVersion(db, run.runId);
  await startStage(db, { runId: run.runId, stage: 0 }, { version, kind: "canary", share: 0.3 });
  await expect
    .poll(async () => (await listServers(db)).flatMap(({ versions }) => versions))
    .toContainEqual({ model: "shop", version, problem: null });
  await server.live.look();
  const people = Array.from({ length: 40 }, (_, at) => `person-${at}`);
  const requests = people.map((user) => ({ user, items: ["i07", "i08"] }));
  const answers = await askMany({ requests });
  const expected = people.map((user) =>
    placeOf(run.runId, user) < 0.3 ? { arm: "canary", version } : { arm: "champion", version: 1 },
  );
  expect(answers.map(({ arm, version: by }) => ({ arm, version: by }))).toEqual(expected);
  expect(new Set(expected.map(({ arm }) => arm)).size).toBe(2);
  for (const { items } of answers) expect(items[0]).toMatchObject({ id: "i19", rule: "pin" });
  // the same session of nobody's always has the same version
  const sessions = await askMany({ requests: Array(10).fill({ items: ["i07"] }) });
  expect(new Set(sessions.map(({ arm }) => arm)).size).toBe(1);
});
