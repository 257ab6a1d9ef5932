import { expect, it } from "vitest";
import { addRule } from "../../db/editorial-rules.ts";
import { askedShop, idsOf } from "../../tests/support/asked-shop.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";

it("says what goes with an item, without itself, and records it for nobody or for who is named", async () => {
  const { get, exposures } = await askedShop();
  const { status, headers, body } = await get("similar?item=i07&k=3");
  expect([status, headers["x-holt-version"], headers["etag"]]).toEqual([200, "1", undefined]);
  expect(body).toMatchObject({ user: "", arm: "champion", fallback: false, recorded: true });
  expect(new Set(idsOf(body))).toEqual(new Set(["i00", "i06", "i08"]));
  const named = (await get("similar?item=i07&k=3&user=ann")).body;
  expect(named).toMatchObject({ user: "ann", items: body.items });
  const rows = await exposures();
  expect(rows.map(({ user_id, context, items }) => ({ user_id, context, items }))).toEqual(
    ["", "ann"].map((user_id) => ({ user_id, context: { similarTo: "i07" }, items: idsOf(body) })),
  );
});

it("gives the popularity list, and says so, for an item that the model doesn't know", async () => {
  const { get } = await askedShop();
  const { body } = await get("similar?item=unheard-of&expose=0");
  expect(body).toMatchObject({ arm: "fallback", fallback: true, recorded: false });
  expect(idsOf(body)[0]).toBe("i00");
  const { status, body: refused } = await get("similar?user=ann");
  expect([status, refused.detail]).toEqual([
    400,
    'query.item: is missing; add it to the address, as in "?name=value"',
  ]);
});

it("answers 304 to who has the same list already, until the list changes, and never where it is an exposure", async () => {
  const { database, server, get, exposures } = await askedShop();
  const first = await get("similar?item=i07&k=3&expose=0");
  const etag = String(first.headers["etag"]);
  const again = await get("similar?item=i07&k=3&expose=0");
  expect(again.headers["etag"]).toBe(etag);
  expect(again.body.recommendationId).not.toBe(first.body.recommendationId);
  const known = { "if-none-match": `"other", ${etag}` };
  expect(await get("similar?item=i07&k=3&expose=0", known)).toMatchObject({ status: 304, body: undefined });
  expect((await get("similar?item=i08&k=3&expose=0", known)).status).toBe(200);
  expect((await get("similar?item=i07&k=3", known)).status).toBe(200);
  expect(await exposures()).toHaveLength(1);
  const { proof } = await addTestPerson(database.db, "reviewer");
  await addRule(database.db, "shop", {
    proof,
    reason: "so",
    kind: "ban",
    itemId: String(first.body.items[0].id),
  });
  await server.live.look();
  const changed = await get("similar?item=i07&k=3&expose=0", known);
  expect(changed.status).toBe(200);
  expect(changed.headers["etag"]).not.toBe(etag);
});
