import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrokenPromise, InvalidInput } from "../core/errors.ts";
import { encodeTrainingSet } from "../core/training-set.ts";
import { isAlive } from "../tests/support/processes.ts";
import { trainingSetOf } from "../tests/support/training-sets.ts";
import { runTrainer, TrainerFailed } from "./run-trainer.ts";
import type { TrainerSettings } from "./settings.ts";
import { train } from "./train.ts";

const SET = trainingSetOf([{ train: ["a", "b"] }, { train: ["b", "c"] }]);
const BYTES = encodeTrainingSet(SET);
const ALS: TrainerSettings = {
  trainer: "als",
  factors: 2,
  iterations: 3,
  regularization: 1,
  alpha: 1,
  seed: 1,
  maxSizeMb: 1,
};
/** Many times longer than any test waits, so that only ending it ends it. */
const ENDLESS: TrainerSettings = { ...ALS, factors: 32, iterations: 10_000_000 };
const never = new AbortController().signal;
const ignore = () => undefined;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holt-trainer-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a Node program in the trainer's place. */
async function runProgram(source: string, signal = never) {
  const program = join(folder, `${crypto.randomUUID()}.mjs`);
  await writeFile(program, source);
  return runTrainer(BYTES, ALS, { signal, progress: ignore, program });
}

describe("a training in a process of its own", () => {
  it("gives the bytes that it gives in this one, its seconds and its progress", async () => {
    const said: string[] = [];
    const model = await runTrainer(BYTES, ALS, { signal: never, progress: (words) => said.push(words) });
    expect(Buffer.compare(model.bytes, train(SET, ALS, ignore))).toBe(0);
    expect(model.trainSeconds).toBeGreaterThan(0);
    expect(said).toEqual(["iteration 1 of 3", "iteration 2 of 3", "iteration 3 of 3"]);
    expect(model.log).toBe(`${said.join("\n")}\n`);
  });

  it("says that the settings ask for too large a file, with what to do", async () => {
    const error = await runTrainer(
      BYTES,
      { ...ALS, maxSizeMb: 0.001 },
      { signal: never, progress: ignore },
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(String(error)).toMatch(
      /^InvalidInput: trainer "als": its file has 0\.0 MB, more than maxSizeMb: 0\.001; take fewer factors/,
    );
  });

  it("refuses bytes that are no training set", async () => {
    const training = runTrainer(BYTES.subarray(0, 40), ALS, { signal: never, progress: ignore });
    await expect(training).rejects.toThrow(BrokenPromise);
  });

  it("gets none of this process's environment that it has no use for", async () => {
    process.env["DATABASE_URL"] ??= "postgres://secret";
    const telling = runProgram("console.error(JSON.stringify(process.env)); process.exit(1);");
    const { logTail } = (await telling.catch((error: unknown) => error)) as TrainerFailed;
    expect(Object.keys(JSON.parse(logTail))).toContain("PATH");
    expect(logTail).not.toContain("DATABASE_URL");
  });
});

describe("a training that is cancelled", () => {
  it("ends its process at once, and what that started, and throws the reason", async () => {
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    let pids: number[] = [];
    const source = `
      import { spawn } from "node:child_process";
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      console.log(JSON.stringify({ progress: process.pid + " " + child.pid }));
      setInterval(() => {}, 1000);`;
    const program = join(folder, "endless.mjs");
    await writeFile(program, source);
    const progress = (words: string) => {
      pids = words.split(" ").map(Number);
      stop.abort(reason);
    };
    await expect(runTrainer(BYTES, ALS, { signal: stop.signal, progress, program })).rejects.toBe(reason);
    expect(pids).toHaveLength(2);
    await expect.poll(() => Promise.all(pids.map(isAlive))).toEqual([false, false]);
  });

  it("ends in the middle of its work", async () => {
    const stop = new AbortController();
    const progress = () => stop.abort(new Error("enough"));
    await expect(runTrainer(BYTES, ENDLESS, { signal: stop.signal, progress })).rejects.toThrow("enough");
  });

  it("doesn't start when it is cancelled already", async () => {
    await expect(runProgram("", AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  });
});

it("ends by itself when its parent dies in the middle of its work", async () => {
  const parent = await startParent();
  const lines = createInterface({ input: parent.stdout as Readable })[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value);
  expect((await lines.next()).value).toMatch(/^iteration 1 of/);
  expect(await isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
});

/** A process that trains without end and prints first the pid of the trainer's process, then its progress. */
async function startParent(): Promise<ChildProcess> {
  const urlOf = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const trainer = join(folder, "trainer-with-pid.mjs");
  await writeFile(
    trainer,
    `console.log(JSON.stringify({ progress: String(process.pid) })); await import(${urlOf("./train-process.ts")});`,
  );
  const parent = join(folder, "parent.mjs");
  await writeFile(
    parent,
    `import { runTrainer } from ${urlOf("./run-trainer.ts")};
    const set = Buffer.from("${Buffer.from(BYTES).toString("base64")}", "base64");
    const options = { signal: new AbortController().signal, progress: console.log, program: ${JSON.stringify(trainer)} };
    await runTrainer(set, ${JSON.stringify(ENDLESS)}, options);`,
  );
  return spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("a process that fails", () => {
  it.each([
    [
      "with a code",
      'console.error("out of luck"); process.exit(7);',
      "ended with code 7 before it was done",
      "out of luck\n",
    ],
    [
      "by a signal",
      'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 9);',
      "was ended by SIGKILL before it was done",
      "",
    ],
    ["without a word", "", "ended with code 0 before it was done", ""],
    [
      "with nonsense",
      'console.log("hello"); setInterval(() => {}, 1000);',
      'wrote "hello", which is no message of a trainer',
      "",
    ],
    [
      "with an endless line",
      'const write = () => process.stdout.write("x".repeat(60_000), write); write();',
      "which is no message of a trainer",
      "",
    ],
    [
      "without the model that it names",
      "console.log(JSON.stringify({ done: { sizeBytes: 9, trainSeconds: 1 } }));",
      "gave 0 bytes of model, not the 9 that it named",
      "",
    ],
    [
      "with more bytes than its limit",
      'import { createWriteStream } from "node:fs"; const out = createWriteStream("", { fd: 4 }); const write = () => out.write(Buffer.alloc(100_000), write); write();',
      "gave more than 1 MB",
      "",
    ],
    [
      "with an error of its own",
      'console.log(JSON.stringify({ failed: { name: "RangeError", message: "not positive definite" } })); process.exit(1);',
      "failed with RangeError: not positive definite",
      "",
    ],
  ])("%s is told apart, with the end of its log", async (_, source, message, logTail) => {
    const error = await runProgram(source).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainerFailed);
    expect(String(error)).toContain(`TrainerFailed: trainer "als": its process`);
    expect(String(error)).toContain(message);
    expect((error as TrainerFailed).logTail).toBe(logTail);
  });

  it("could not be started: says so", async () => {
    const { execPath } = process;
    process.execPath = join(folder, "no-node-here");
    const error = await runProgram("").catch((thrown: unknown) => thrown);
    process.execPath = execPath;
    expect(error).toBeInstanceOf(TrainerFailed);
    expect(String(error)).toMatch(
      /^TrainerFailed: trainer "als": could not start its process \(spawn .* ENOENT\)/,
    );
  });

  it("leaves only the end of a long log", async () => {
    const error = await runProgram(
      'console.error("x".repeat(100_000) + "the end"); process.exitCode = 1;',
    ).catch((thrown: unknown) => thrown);
    expect((error as TrainerFailed).logTail).toHaveLength(8_000);
    expect((error as TrainerFailed).logTail).toMatch(/the end\n$/);
  });
});
