import { expect, it } from "vitest";
import { listAliases, resolveVersion } from "../db/version-aliases.ts";
import { listVersionSummaries } from "../db/views/versions.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { removeAlias, setAlias } from "./aliases.ts";

it("gives versions names, moves and removes them, each in the audit log once, and takes no other name", async () => {
  const context = { database: await testDatabase() };
  const { db } = context.database;
  const erin = await addActor(context, "deployer");
  for (let version = 1; version <= 2; version++) await addLiveVersion(db);
  const call = (name: string, version: number, reason = "shown to marketing") =>
    setAlias(context, erin, { model: "shop", name, version, reason });
  await call("spring", 1);
  await call("spring", 1);
  await call("kept", 1);
  await call("spring", 2);
  expect((await listVersionSummaries(db, "shop")).map(({ version, aliases }) => [version, aliases])).toEqual([
    [2, ["spring"]],
    [1, ["kept"]],
  ]);
  expect([await resolveVersion(db, "shop", "spring"), await resolveVersion(db, "shop", "1")]).toEqual([2, 1]);

  await expect(call("champion", 1)).rejects.toThrow("is a name that Holt itself gives; choose another");
  for (const name of ["7", "", "Spring", "a b", "x".repeat(41)])
    await expect(call(name, 1)).rejects.toThrow("is no name; begin with a small letter");
  await expect(call("next", 3)).rejects.toThrow('model "shop" version 3: does not exist');
  await expect(call("next", 1, "")).rejects.toThrow("has no reason");
  const reviewer = await addActor(context, "reviewer");
  await expect(
    setAlias(context, reviewer, { model: "shop", name: "next", version: 1, reason: "why" }),
  ).rejects.toThrow("may not");

  const wanted = { model: "shop", name: "kept", reason: "over" };
  await expect(removeAlias(context, reviewer, wanted)).rejects.toThrow("may not");
  await removeAlias(context, erin, wanted);
  await expect(removeAlias(context, erin, wanted)).rejects.toThrow('model "shop" alias "kept": is not there');
  await expect(resolveVersion(db, "shop", "kept")).rejects.toThrow('alias "kept": is not there');
  expect(await listAliases(db, "shop")).toEqual([{ name: "spring", version: 2 }]);
  const audit = await db
    .selectFrom("audit")
    .select(["action", "subject"])
    .where("action", "in", ["set_alias", "remove_alias"])
    .orderBy("id")
    .execute();
  expect(audit.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    "set_alias alias spring",
    "set_alias alias kept",
    "set_alias alias spring",
    "remove_alias alias kept",
  ]);
});
