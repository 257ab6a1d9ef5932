import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { NotFound } from "../../../core/errors.ts";
import { sha256 } from "../../../store/digest.ts";
import { failingForKnown } from "../../../tests/faults/hostile-models.ts";
import { children, isAlive } from "../../../tests/support/processes.ts";
import { trainingSetOf } from "../../../tests/support/training-sets.ts";
import { until } from "../../../tests/support/until.ts";
import { trainItemSimilarity } from "../../../trainers/item-similarity.ts";
import { Scorer } from "./scorer.ts";

const MODEL = trainItemSimilarity(
  trainingSetOf([{ train: ["a", "b", "c"] }, { train: ["a", "b", "d"] }, { train: ["c", "d"] }]),
  { trainer: "item_similarity", neighbours: 4, shrinkage: 0 },
  () => {},
);
const DIGEST = sha256(MODEL);

function setUp(bytes: Record<string, Uint8Array> = { [DIGEST]: MODEL }) {
  const problems: string[] = [];
  const scorer = new Scorer({
    bytesOf: async (digest) => {
      const found = bytes[digest];
      if (!found) throw new NotFound(`artifact ${digest}: is not in the store`);
      return found;
    },
    ...{ deadlineMs: 10_000, memoryMb: 1_024, onProblem: ({ message }: Error) => problems.push(message) },
  });
  onTestFinished(() => scorer.close());
  return { scorer, problems, bytes };
}

const processOf = (parent = process.pid) =>
  until("the scorer's process", async () => (await children(parent, "scorer-process")).at(-1));

it("answers many at once, each its own question", async () => {
  const { scorer } = setUp();
  const model = await scorer.open(DIGEST);
  const asked = [["a"], ["c", "d"], ["unknown"], ["b"]];
  const alone = [];
  for (const history of asked) alone.push(await model.recommend(history, 3));
  const together = await Promise.all(
    Array.from({ length: 200 }, (_, at) => model.recommend(asked[at % 4] as string[], 3)),
  );
  for (const [at, answer] of together.entries()) expect(answer).toEqual(alone[at % 4]);
  expect(alone.map((items) => items.length > 0)).toEqual([true, true, false, true]);
});

it("fails what is under way when its process is killed, and answers again by another one", async () => {
  const { scorer, problems } = setUp();
  const model = await scorer.open(DIGEST);
  const before = await model.recommend(["a"], 3);
  const pid = await processOf();
  process.kill(pid, "SIGSTOP"); // so that the question waits there
  const underWay = model.recommend(["a"], 3);
  process.kill(pid, "SIGKILL");
  await expect(underWay).rejects.toMatchObject({ name: "ModelAway" });
  expect(scorer.problem).toContain("its process ended (SIGKILL)");
  await expect(model.recommend(["a"], 3)).rejects.toMatchObject({ name: "ModelAway" });
  await expect.poll(() => scorer.problem, { timeout: 20_000 }).toBeNull();
  expect(await model.recommend(["a"], 3)).toEqual(before);
  expect(problems).toHaveLength(1);
});

it("rests after five deaths in a row, then starts once more", async () => {
  const { scorer } = setUp();
  await scorer.open(DIGEST);
  let died = 0;
  for (let last = 0; died < 5; ) {
    const pid = await processOf();
    if (pid === last) continue;
    process.kill(pid, "SIGABRT");
    died++;
    last = pid;
    await expect.poll(() => isAlive(pid)).toBe(false);
  }
  await expect.poll(() => scorer.problem).toContain("it rests after failures");
  await expect.poll(() => scorer.problem, { timeout: 20_000 }).toBeNull();
});

it("loads only bytes that have the digest and are a recommender, and goes on after others", async () => {
  const other = sha256("another");
  const nonsense = Buffer.from("not a model");
  const { scorer } = setUp({ [DIGEST]: MODEL, [other]: MODEL, [sha256(nonsense)]: nonsense });
  await expect(scorer.open(other)).rejects.toThrow("changed on its way");
  await expect(scorer.open(sha256(nonsense))).rejects.toMatchObject({ name: "BrokenPromise" });
  await expect(scorer.open(sha256("missing"))).rejects.toMatchObject({ name: "NotFound" });
  expect(await (await scorer.open(DIGEST)).recommend(["a"], 1)).toHaveLength(1);
});

it("says what a model cannot answer with the model's own error", async () => {
  const broken = failingForKnown(MODEL);
  const digest = sha256(broken);
  const { scorer } = setUp({ [digest]: broken });
  const model = await scorer.open(digest);
  await expect(model.recommend(["a"], 3)).rejects.toMatchObject({ name: "BrokenPromise" });
});

it("gives up an answer that comes too late, whatever its process does", async () => {
  const { scorer } = setUp();
  const model = await scorer.open(DIGEST, 50);
  const pid = await processOf();
  process.kill(pid, "SIGSTOP");
  await expect(model.recommend(["a"], 3)).rejects.toMatchObject({ name: "LateScore" });
  process.kill(pid, "SIGCONT");
  await until("an answer in time", () => model.recommend(["a"], 3).catch(() => undefined));
});

it("ends a process that hangs or takes more memory than it may, and starts another", async () => {
  const { scorer, problems } = setUp();
  await scorer.open(DIGEST);
  process.kill(await processOf(), "SIGSTOP");
  await expect.poll(() => problems, { timeout: 20_000 }).toHaveLength(1);
  expect(problems[0]).toContain("gave no sign for 5 s");
  const hungry = new Scorer({
    ...{ bytesOf: async () => MODEL, deadlineMs: 10_000, memoryMb: 16, onProblem: () => {} },
  });
  onTestFinished(() => hungry.close());
  await hungry.open(DIGEST).catch(() => undefined);
  await expect.poll(() => hungry.problem, { timeout: 20_000 }).toMatch(/HOLT_SCORER_MEMORY_MB|SIGABRT/);
});

it("keeps nothing of the server's environment, and ends with its parent even while it hangs", async () => {
  const program = `
    const { Scorer } = await import(${JSON.stringify(join(import.meta.dirname, "scorer.ts"))});
    const bytes = Buffer.from(${JSON.stringify(Buffer.from(MODEL).toString("base64"))}, "base64");
    const scorer = new Scorer({ bytesOf: async () => bytes, deadlineMs: 10000, memoryMb: 1024, onProblem() {} });
    await scorer.open(${JSON.stringify(DIGEST)});
    console.log("open");`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: process.env["PATH"], DATABASE_URL: "postgresql://secret" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: parent.stdout }), "line");
  const pid = await processOf(parent.pid);
  expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain("secret");
  process.kill(pid, "SIGSTOP");
  parent.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
});
