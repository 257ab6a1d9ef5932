/** Recorded runs still replay on today's workflows; a changed workflow is caught. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { bundleWorkflows } from "../workers/bundle.ts";
import { quietTemporal } from "../workers/log.ts";
import { readHistory, replayHistory } from "../workers/replay.ts";
import { Replayer } from "../workers/replayer.ts";
import { bundleMutant } from "./support/bundle-mutant.ts";
import { MUTANTS, type Mutant } from "./support/mutants.ts";
import { SCENARIOS } from "./support/scenarios.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HISTORIES = join(ROOT, "tests", "histories");
const names = (await readdir(HISTORIES)).map((file) => file.replace(/\.json$/, "")).sort();

quietTemporal();
const { code } = await bundleWorkflows(ROOT);
const today = new Replayer({ code });
afterAll(() => today.close());

it("has a recorded history of every kind of run", () => {
  expect(names).toEqual(Object.keys(SCENARIOS).sort());
});

it.each(names)("replays %s on today's code", async (name) => {
  const history = await readHistory(join(HISTORIES, `${name}.json`));
  expect(await replayHistory(history, today)).toEqual({ same: true, events: history.events?.length });
});

it.each(names)("keeps %s small, without a person, a machine or one of its folders in it", async (name) => {
  const text = await readFile(join(HISTORIES, `${name}.json`), "utf8");
  const { events } = JSON.parse(text) as { events: object[] };
  expect(events.length).toBeLessThan(300);
  const payloads = [...text.matchAll(/"data":"([A-Za-z0-9+/=]*)"/g)].map(([, data]) => atob(data ?? ""));
  for (const part of [text, ...payloads])
    expect(part).not.toMatch(/\/(tmp|home|root|Users|work)\/|\b\d+@|\b(rita|erin|p\d\d)\b/);
});

async function replayMutant(mutant: Mutant, histories: readonly string[]) {
  const replayer = new Replayer(await bundleMutant(mutant));
  onTestFinished(() => replayer.close());
  const replayed = [];
  for (const name of histories)
    replayed.push(await replayHistory(await readHistory(join(HISTORIES, `${name}.json`)), replayer));
  return replayed;
}

it.each(MUTANTS.filter(({ uncaught }) => !uncaught))(
  "catches a workflow that $what, and names the event",
  async (mutant) => {
    expect(await replayMutant(mutant, [mutant.history ?? ""])).toEqual([
      expect.objectContaining({
        same: false,
        words: expect.stringMatching(/^event \d+ \(\w+.*\) is .*; today's code wants /),
      }),
    ]);
  },
);

it.each(MUTANTS.filter(({ uncaught }) => uncaught))(
  "does not catch a workflow that $what: $uncaught",
  async (mutant) => {
    const replayed = await replayMutant(mutant, names);
    expect(replayed.filter(({ same }) => !same)).toEqual([]);
  },
);

it("has at least twelve mutants, of which at most one in twelve is not caught", () => {
  const caught = MUTANTS.filter(({ uncaught }) => !uncaught).length;
  expect(caught).toBeGreaterThanOrEqual(11);
  expect(caught / MUTANTS.length).toBeGreaterThanOrEqual(11 / 12);
});

it("makes no mutant of a source that no longer has the place", async () => {
  const gone = { what: "is another", file: "deploy.ts", from: "no such place", to: "" };
  await expect(bundleMutant(gone)).rejects.toThrow(
    'mutant "is another": workflows/deploy.ts has "no such place" 0 times, not once; write it anew',
  );
});

it("says what is wrong with a file that is no history", async () => {
  await expect(readHistory(join(ROOT, "package.json"))).rejects.toThrow("is not a recorded history");
  await expect(readHistory(join(ROOT, "missing.json"))).rejects.toThrow("cannot be read");
});
