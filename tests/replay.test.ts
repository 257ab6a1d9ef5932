/** Recorded runs still replay on today's workflows; a changed workflow is caught. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { bundleWorkflows } from "../workers/bundle.ts";
import { quietTemporal } from "../workers/log.ts";
import { readHistory, replayHistory } from "../workers/replay.ts";
import { Replayer } from "../workers/replayer.ts";
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

/** What a careless change may do, each to one line of the bundled workflows, and a history that must catch it. */
const MUTANTS = [
  {
    what: "deploys before it registers",
    from: "pipelineWork.registerVersion",
    to: "pipelineWork.flipLive",
    history: "approve",
  },
  {
    what: "forgets to look at the choice",
    from: /await \S+\.note\.readChoice\(\{\s*runId: run\.runId\s*\}\)/,
    to: "{ isLiveAlready: false }",
    history: "no_change",
  },
  {
    what: "starts steps in another order",
    from: "startable().forEach(start)",
    to: "startable().reverse().forEach(start)",
    history: "approve",
  },
  {
    what: "does not wait for a person",
    from: /await (\(0,\s*\S+\.waitUntil\))\((?=\(\)\s*=>\s*inbox\.approvals)/,
    to: "void $1.name; void (",
    history: "expire",
  },
  {
    what: "deploys what was rejected",
    from: 'if (end !== "approved") return end;',
    to: "",
    history: "reject",
  },
  {
    what: "opens the run twice",
    from: "const plan = await",
    to: "await note.openRun({ runId: run.runId });\n  const plan = await",
    history: "skip",
  },
  {
    what: "asks nobody about a failed step",
    from: "await graph.ask(node, round, error)",
    to: '"skip"',
    history: "failed_step_retry",
  },
  {
    what: "leaves a cancelled run unfinished",
    from: /(?=await finish\(\{\s*outcome: "failed")/,
    to: "if (!/[Cc]ancel/.test(String(error))) ",
    history: "cancelled",
  },
  {
    what: "redeems no code",
    from: "inbox.codes.splice(0)",
    to: "[]",
    history: "code_by_signal",
  },
  {
    what: "judges a candidate that was skipped",
    from: 'node.kind === "evaluate" &&',
    to: "false &&",
    history: "skip",
  },
  {
    what: "reviews what failed its checks",
    from: 'if (opened.verdict === "qa_failed") return "qa_failed";',
    to: "",
    history: "qa_failed",
  },
  {
    what: "reminds nobody",
    from: "const nextMs = await tell(runId);",
    to: "const nextMs = Number.POSITIVE_INFINITY;",
    history: "reminded",
  },
  {
    what: "goes on with what a newer run has superseded",
    from: 'if (end !== "approved") return end;',
    to: 'if (end !== "approved" && end !== "superseded") return end;',
    history: "superseded",
  },
  {
    what: "starts another workflow at night",
    from: '("lifecycle", {',
    to: '("another", {',
    history: "nightly",
  },
] as const;

it.each(MUTANTS)("catches a workflow that $what, and names the event", async ({ from, to, history }) => {
  expect(code.split(from).length, "places of it").toBeGreaterThan(1);
  const mutant = new Replayer({ code: code.replace(from, to) });
  onTestFinished(() => mutant.close());
  const recorded = await readHistory(join(HISTORIES, `${history}.json`));
  const replayed = await replayHistory(recorded, mutant);
  expect(replayed).toMatchObject({ same: false, words: expect.any(String) });
  if (!replayed.same) expect(replayed.words).toMatch(/^event \d+ \(\w+.*\) is .*; today's code wants /);
});

it("says what is wrong with a file that is no history", async () => {
  await expect(readHistory(join(ROOT, "package.json"))).rejects.toThrow("is not a recorded history");
  await expect(readHistory(join(ROOT, "missing.json"))).rejects.toThrow("cannot be read");
});
