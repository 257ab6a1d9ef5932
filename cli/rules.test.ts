/** Editorial rules, from the terminal. */
import { sql } from "kysely";
import { expect, it } from "vitest";
import { dataTable } from "../db/data-tables.ts";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addOpenReview } from "../tests/support/shop.ts";

it("says, lists and lifts rules; what is none ends with exit code 2, and says nothing", async () => {
  const database = await testDatabase();
  await addOpenReview(database.db);
  const rita = await envOf(database, "reviewer", "rita");
  const ask = (...args: string[]) => holt(["rules", ...args], rita);
  expect((await ask()).stdout).toBe("None.\n");
  for (const [args, said] of [
    [["pin", "shop", "i07", "--reason", "x"], "--rank"],
    [["pin", "shop", "i07", "--rank", "101", "--reason", "x"], "It is not a place"],
    [["boost", "shop", "i07", "--factor", "0", "--reason", "x"], "It is not a factor"],
    [["ban", "shop", "i07", "--until", "2020-01-01", "--reason", "x"], "would end before it begins"],
  ] as const)
    expect(await ask(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  const ban = await ask("ban", "shop", "i07", "--reason", "licence ended");
  expect(ban.stdout).toContain("model shop: item i07 is shown to nobody");
  await ask("pin", "shop", "i09", "--rank", "1", "--until", "2126-01-01", "--reason", "tonight");
  await ask("boost", "shop", "i03", "--factor", "1.5", "--reason", "anniversary");
  const { stdout } = await ask("--model", "shop");
  expect(stdout).toMatch(/ban +i07 .* it is lifted +rita +licence ended/);
  expect(stdout).toMatch(/pin at 1 +i09 .* rita +tonight/);
  expect(stdout).toMatch(/boost × 1\.5 +i03 .* rita +anniversary/);
  const [, id = ""] = /lift ([0-9a-f]{8})/.exec(ban.stdout) ?? [];
  expect((await ask("lift", id)).stdout).toBe("model shop: lifted: item i07 is shown to nobody\n");
  expect((await ask()).stdout).not.toContain("i07");
  expect(await ask("lift", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('see "holt rules"'),
  });
});

it("names the item as the data does, and warns of one that the data has not", async () => {
  const database = await testDatabase();
  await addOpenReview(database.db);
  const rita = await envOf(database, "reviewer", "rita");
  const ban = async (item: string) =>
    (await holt(["rules", "ban", "shop", item, "--reason", "licence ended"], rita)).stdout;
  const warning = /^The data has no item "Casablanca": look whether that is its id, not its title\.$/m;
  expect(await ban("Casablanca")).not.toMatch(warning); // no run has built a table of items yet

  const items = "data_items_of_rules_test";
  await sql`create table ${dataTable(items)} (item_id text, title text)`.execute(database.db);
  await sql`insert into ${dataTable(items)} values ('i07', 'Casablanca')`.execute(database.db);
  await database.db.updateTable("model").set({ items_table: items }).execute();
  expect(await ban("i07")).toMatch(/^model shop: item i07 \(Casablanca\) is shown to nobody; .+ ends it\n$/);
  expect(await ban("Casablanca")).toMatch(warning);
});
