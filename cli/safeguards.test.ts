/** Freezes and popularity lists, from the terminal. */
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addLiveVersion, addShop } from "../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  await addLiveVersion(database.db);
  // with Temporal out of reach what people say is kept all the same
  const erin = { ...(await envOf(database, "deployer", "erin")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  const until = new Date(Date.now() + 3_600_000).toISOString();
  return { database, erin, until, ask: (...args: string[]) => holt(args, erin) };
}

it("puts up a freeze and a popularity list, lists both, lifts them by the start of an id, and keeps them in the history", async () => {
  const { ask, until } = await setUp();
  expect((await ask("safeguards")).stdout).toBe("None.\n");
  const freeze = await ask("freeze", "--until", until, "--reason", "holidays");
  expect(freeze).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("nothing new of any model goes live from"),
  });
  const list = await ask("baseline-now", "shop", "--until", until, "--reason", "odd lists");
  expect(list.stdout).toContain("everybody gets the popularity list of model shop from");
  const { stdout } = await ask("safeguards");
  expect(stdout).toMatch(/freeze +every model .* erin +holidays/);
  expect(stdout).toMatch(/popularity list +shop .* erin +odd lists/);
  const { stdout: versions } = await ask("versions", "shop");
  expect(versions).toMatch(/^Everybody gets the popularity list until .+ UTC\. erin: odd lists$/m);
  expect(versions).toMatch(/^Nothing new goes live until .+ UTC\. erin: holidays$/m);
  const [, id = ""] = /lift ([0-9a-f]{8})/.exec(list.stdout) ?? [];
  expect(await ask("safeguards", "lift", id)).toMatchObject({
    code: 0,
    stdout: "lifted: everybody gets the popularity list of model shop\n",
  });
  expect((await ask("safeguards")).stdout).not.toContain("popularity list");
  expect((await ask("versions", "shop")).stdout).not.toContain("Everybody gets");
  expect((await ask("history", "shop")).stdout).toMatch(/popularity list until .+ UTC +1 +1 +erin/);
  expect(await ask("safeguards", "lift", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('begins so; see "holt safeguards"'),
  });
});

it("tells the change calendar of a definition, overrides it, and says so", async () => {
  const { ask, database, until } = await setUp();
  const always = [1, 2, 3, 4, 5, 6, 7];
  // all day but the hour twelve hours from now, so that it holds whenever this runs
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  await addShop(database.db, "shop", {
    freezes: [{ days: always, from: hour(13), to: hour(12), reason: "quiet times" }],
  });
  const said = /^Nothing new goes live until .+ UTC\. By the calendar of its definition: quiet times$/m;
  expect((await ask("versions", "shop")).stdout).toMatch(said);
  expect((await ask("safeguards")).stdout).toMatch(/calendar +shop +.* UTC +.* UTC +quiet times/);
  const thaw = await ask("thaw", "shop", "--until", until, "--reason", "mends the shelf");
  expect(thaw.stdout).toMatch(/^the calendar of model shop is overridden from .* until .* ends it before$/m);
  const { stdout } = await ask("safeguards");
  expect(stdout).toMatch(/override of the calendar +shop .* erin +mends the shelf/);
  expect(stdout).toMatch(/quiet times \(overridden until .+\)/);
  const { stdout: versions } = await ask("versions", "shop");
  expect(versions).not.toMatch(said);
  expect(versions).toMatch(/^The calendar of freezes is overridden until .+ erin: mends the shelf$/m);
  const [, id = ""] = /lift ([0-9a-f]{8})/.exec(thaw.stdout) ?? [];
  expect((await ask("safeguards", "lift", id)).stdout).toBe(
    "lifted: the calendar of model shop is overridden\n",
  );
  expect((await ask("versions", "shop")).stdout).toMatch(said);
});

it("says with exit code 2 what is wrong with a time, and puts up nothing", async () => {
  const { ask, until } = await setUp();
  for (const [args, said] of [
    [["freeze", "shop", "--until", "2020-01-01", "--reason", "late"], "would end before it begins"],
    [["freeze", "shop", "--until", "soon", "--reason", "x"], "It is not a time"],
    [["baseline-now", "shop", "--until", until, "--reason", ""], "has no reason"],
  ] as const)
    expect(await ask(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  expect((await ask("safeguards")).stdout).toBe("None.\n");
});
