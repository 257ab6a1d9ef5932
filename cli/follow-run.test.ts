import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import type { Step } from "../core/api.ts";
import { runViewer } from "./follow-run.ts";
import type { ShownRun } from "./print/run.ts";

function run(...steps: Partial<Step>[]): ShownRun {
  const common = {
    model: "m",
    outcome: null,
    outcomeReason: null,
    trigger: "person",
    startedBy: "erin",
  } as const;
  const times = { asOf: "2026-11-24T03:00:00Z", openedAt: "2026-11-24T03:00:00Z", finishedAt: null };
  return {
    ...common,
    ...times,
    id: "m-1",
    state: "running",
    baselineOnly: false,
    workflowId: "run/m/1",
    definitionDigest: "",
    rollout: [],
    steps: steps.map((step) => ({
      name: "split",
      kind: "split",
      after: [],
      skippable: false,
      state: "waiting",
      attempt: 1,
      round: 0,
      progress: null,
      startedAt: null,
      finishedAt: null,
      summary: null,
      rows: null,
      reusedFromRun: null,
      error: null,
      ...step,
    })),
  };
}

/** What a stream was given, as a terminal of some width or a pipe. */
function stream(terminal?: { columns: number; rows: number }) {
  let written = "";
  const target = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  if (terminal) Object.assign(target, { isTTY: true, ...terminal });
  return { target: target as unknown as NodeJS.WriteStream, text: () => written };
}

it("writes a line for each change into a pipe, and none for what stays", () => {
  const { target, text } = stream();
  const show = runViewer(target);
  show(run({ name: "a" }, { name: "b" }));
  show(run({ name: "a", state: "running", progress: "1 of 2" }, { name: "b" }));
  show(run({ name: "a", state: "running", progress: "2 of 2" }, { name: "b" }));
  show(
    run({ name: "a", state: "done", summary: "3 rows" }, { name: "b", state: "needs_attention", round: 1 }),
  );
  show(run({ name: "a", state: "done", summary: "3 rows" }, { name: "b", state: "running", round: 1 }));
  show(
    run({ name: "a", state: "done", summary: "3 rows" }, { name: "b", state: "needs_attention", round: 2 }),
  );
  expect(text().split("\n")).toEqual([
    "a: running: 1 of 2",
    "a: done: 3 rows",
    "b: needs attention",
    "b: running",
    "b: needs attention",
    "",
  ]);
});

it("draws over itself on a terminal, and never wider than it", () => {
  const { target, text } = stream({ columns: 30, rows: 24 });
  const show = runViewer(target);
  show(run({ name: "a", state: "running", progress: "a very long line of progress that would wrap" }));
  const first = text();
  show(run({ name: "a", state: "done", summary: "short" }));
  const second = text().slice(first.length);
  const lines = first.split("\n").slice(0, -1);
  expect(second.startsWith(`\u001b[${lines.length}A`)).toBe(true);
  const drawn = lines.map(stripVTControlCharacters);
  for (const line of drawn) expect(line.length).toBeLessThan(30);
  expect(drawn.at(-1)).toMatch(/…$/);
  for (const line of second.split("\n").slice(0, -1)) expect(line).toContain("\u001b[2K");
});

it("draws no more lines than the terminal has", () => {
  const { target, text } = stream({ columns: 80, rows: 6 });
  const show = runViewer(target);
  const steps = Array.from({ length: 20 }, (_, index) => ({ name: `s${index}` }));
  show(run(...steps));
  const lines = text().split("\n").slice(0, -1);
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toContain("s19");
});
