/** What the worker's process does beside its work: its children, its end. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expectNoTaskFailed } from "../support/history.ts";
import { isAlive, trainingProcess } from "../support/processes.ts";
import { approve, start, untilStep } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { spawnWorker, startWorkers } from "../support/workers.ts";

const SLOW = { candidates: { slow: { trainer: "als", factors: 128, iterations: 40 } } } as const;

/** Reads no stdin, ignores SIGTERM and has a child: it hangs the first time, and ends at once the second time. */
const FIRST_HANGS = `test -e pids && exit 0
trap '' TERM
sleep 600 &
echo "$$ $!" > pids
wait
`;

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await stage.close();
});

it("leaves no training process behind when it is killed or told to end; the next worker trains again", async () => {
  await stage.apply(SLOW);
  const run = await start(stage);
  const killed = spawnWorker(stage);
  const first = await trainingProcess(killed.pid);
  await killed.kill();
  await expect.poll(() => isAlive(first), { timeout: 10_000 }).toBe(false);
  const told = spawnWorker(stage);
  // its row still says "running" of the killed attempt until Temporal has noticed the death
  await until("its second attempt", async () => {
    const { attempt } = await untilStep(stage, run, "train:slow", "running");
    return attempt === 2;
  });
  const second = await trainingProcess(told.pid);
  expect(await told.stop()).toBe(0);
  expect(await isAlive(second)).toBe(false);
  const stopWorkers = await startWorkers(stage);
  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
  await stopWorkers();
  await expectNoTaskFailed(run.workflow);
});

it("leaves no command of an own step behind when it is killed, nor that one's children, and runs it again", async () => {
  await writeFile(join(stage.files, "first-hangs.sh"), FIRST_HANGS);
  await stage.apply({ steps: { mine: { command: ["sh", "first-hangs.sh"], reads: ["titles"] } } });
  const run = await start(stage);
  const first = spawnWorker(stage);
  const pids = await until("the command and its child", async () => {
    const said = await readFile(join(stage.files, "pids"), "utf8").catch(() => "");
    return said.endsWith("\n") && said.trim().split(" ").map(Number);
  });
  expect(await Promise.all(pids.map(isAlive))).toEqual([true, true]);
  await first.kill();
  await expect.poll(() => Promise.all(pids.map(isAlive)), { timeout: 5_000 }).toEqual([false, false]);
  const stopWorkers = await startWorkers(stage);
  expect(await untilStep(stage, run, "step:mine", "done")).toMatchObject({ attempt: 2 });
  await stopWorkers();
  await expectNoTaskFailed(run.workflow);
});
