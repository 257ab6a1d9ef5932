/** Experiments, from the terminal. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment, storePast } from "../tests/support/experiments.ts";
import { envOf, holt } from "../tests/support/holt.ts";
import { addLiveVersion } from "../tests/support/shop.ts";

it("plans by a file, starts, says who has which arm, and ends", async () => {
  const database = await testDatabase();
  await addLiveVersion(database.db);
  await addLiveVersion(database.db);
  const folder = await mkdtemp(join(tmpdir(), "holt-experiment-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "plan.json");
  const dora = await envOf(database, "deployer", "dora");
  const ask = (...args: string[]) => holt(["experiment", ...args], dora);

  expect((await ask("list")).stdout).toBe("None.\n");
  expect(await ask("plan", "shop")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("has no plan"),
  });
  await writeFile(file, "{");
  expect(await ask("plan", "shop", "--file", file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is not JSON"),
  });
  const { primary: _, ...undecided } = smallExperiment();
  await writeFile(file, JSON.stringify(undecided));
  expect(await ask("start", "shop", "--file", file, "--reason", "x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("primary: is missing"),
  });
  await writeFile(file, JSON.stringify(smallExperiment()));
  const planned = await ask("plan", "shop", "--file", file);
  expect(planned.stdout).toMatch(/^control \(control\) +50 % +version 1$/m);
  expect(planned.stdout).toMatch(
    /^spend +mean spend in EUR within 7 d +more +decides; least gain worth having 5 %$/m,
  );
  expect(planned.stdout).toContain("Nothing has begun.");
  expect(planned.stdout).toContain(
    "How many days it needs cannot be told: no whole day with exposures of the model has passed yet.",
  );
  const sql = "select unit_id, count(*) as value\nfrom {{ outcomes }} group by unit_id";
  const { metrics } = smallExperiment();
  const own = { kind: "mean", of: { sql }, within: "1 d" } as const;
  await writeFile(file, JSON.stringify(smallExperiment({ metrics: { ...metrics, own } })));
  expect((await ask("plan", "shop", "--file", file)).stdout).toContain(`SQL of own, of:\n${sql}\n`);
  await writeFile(file, JSON.stringify(smallExperiment()));
  await storePast(database.db, { people: 500, spends: (at) => (at % 4 === 0 ? 10 : 0) });
  const foreseen = (await ask("plan", "shop", "--file", file)).stdout;
  expect(foreseen).toMatch(/^By past exposures, \d{4}-\d\d-\d\d until \d{4}-\d\d-\d\d: 500 people\.$/m);
  expect(foreseen).toMatch(/^spend +5 ± 5 +treatment +change of 5 % +[\d,]+ +\d+ +\d+ /m);
  expect(foreseen).toMatch(/^The experiment needs [\d,]+ days; its plan has 14\.$/m);
  expect(foreseen).toMatch(/^Warning: 14 days are too few to /m);

  const started = await ask("start", "shop", "--file", file, "--reason", "to see");
  expect(started.stdout).toMatch(/^experiment shop-x1 of model shop, running: 100 % of the people/);
  expect((await ask("list")).stdout).toMatch(
    /^shop-x1 +running +control: version 1 · treatment: version 2 .* dora +to see$/m,
  );
  const { stdout } = await ask("assign", "shop-x1", "ann", "bea", "--json");
  expect(JSON.parse(stdout)).toEqual(
    ["ann", "bea"].map((unit) => ({ unit, arm: expect.stringMatching(/^(control|treatment)$/) })),
  );
  expect((await ask("pause", "shop-x1", "--reason", "the shop is down")).stdout).toMatch(
    /^paused .* by dora: the shop is down; the control answers, nobody looks, these days do not count/m,
  );
  expect((await ask("list")).stdout).toMatch(/^shop-x1 +paused /m);
  expect((await ask("resume", "shop-x1", "--reason", "it is back")).stdout).toMatch(
    /^paused .* by dora: the shop is down; went on .* by dora: it is back$/m,
  );
  const report = join(folder, "report.html");
  expect((await ask("report", "shop-x1", "--out", report)).stdout).toBe(
    `experiment shop-x1: its report is in ${report}\n`,
  );
  expect(await readFile(report, "utf8")).toContain("<h1>Experiment shop-x1");
  expect(await ask("report", "shop-x1", "--out", report)).toMatchObject({ code: 1 });
  await ask("report", "shop-x1", "--out", join(folder, "report.json"));
  expect(JSON.parse(await readFile(join(folder, "report.json"), "utf8"))).toMatchObject({ look: null });
  const ended = await ask("end", "shop-x1", "--reason", "seen");
  expect(ended.stdout).toMatch(/^experiment shop-x1 of model shop, ended .* by dora: seen$/m);
});
