import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ArtifactStore } from "../../store/artifacts.ts";
import { trainingSetOf } from "../../tests/support/training-sets.ts";
import { trainPopularity } from "../../trainers/popularity.ts";
import { OpenModels } from "./open-models.ts";

async function setUp({ count = 1, idleMs = 600_000 }: { count?: number; idleMs?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "holt-open-models-"));
  const artifacts = new ArtifactStore(folder);
  const models = new OpenModels(artifacts, { idleMs });
  onTestFinished(async () => {
    await models.close();
    await rm(folder, { recursive: true });
  });
  const digests: string[] = [];
  for (let model = 0; model < count; model += 1)
    digests.push(await artifacts.put(trainPopularity(trainingSetOf([{ train: [`item-${model}`] }]))));
  return { artifacts, models, digests };
}

it("opens a model once for all who ask at the same time, and for those who come after", async () => {
  const { models, digests } = await setUp();
  const [digest] = digests as [string];
  const seen = await Promise.all(
    Array.from({ length: 5 }, () => models.use([digest, digest], async ([model]) => model)),
  );
  seen.push(await models.use([digest], async ([model]) => model));
  expect(new Set(seen).size).toBe(1);
  expect(models.size).toBe(1);
});

it("closes what nobody has used for a while, and opens it again on demand", async () => {
  const { models, digests } = await setUp({ idleMs: 20 });
  const first = await models.use(digests, async ([model]) => model);
  await expect.poll(() => models.size).toBe(0);
  await expect.poll(() => first?.recommend([], 1).catch((error) => error.message)).toContain("is closed");
  await models.use(digests, async ([model]) => {
    expect(await model?.recommend([], 1)).toMatchObject([{ itemId: "item-0" }]);
  });
});

it("closes none under its work, also when many more are opened meanwhile", async () => {
  const { models, digests } = await setUp({ count: 12 });
  const [kept, ...others] = digests as [string, ...string[]];
  await models.use([kept], async ([model]) => {
    for (const digest of others) await models.use([digest], async ([other]) => other?.recommend([], 1));
    expect(await model?.recommend([], 1)).toMatchObject([{ itemId: "item-0" }]);
  });
  expect(models.size).toBe(8);
});

it("tries again what could not be opened, and lets other work go on", async () => {
  const { artifacts, models, digests } = await setUp();
  const bytes = trainPopularity(trainingSetOf([{ train: ["late"] }]));
  const elsewhere = await mkdtemp(join(tmpdir(), "holt-open-models-"));
  onTestFinished(() => rm(elsewhere, { recursive: true }));
  const late = await new ArtifactStore(elsewhere).put(bytes);
  await expect(models.use([...digests, late], async () => "never")).rejects.toThrow(late.slice(0, 8));
  expect(await models.use(digests, async () => "done")).toBe("done");
  await artifacts.put(bytes);
  await models.use([late], async ([model]) => {
    expect(await model?.recommend([], 1)).toMatchObject([{ itemId: "late" }]);
  });
});

it("frees its leases when the work fails", async () => {
  const { models, digests } = await setUp({ idleMs: 20 });
  const failing = models.use(digests, () => Promise.reject(new Error("mine")));
  await expect(failing).rejects.toThrow("mine");
  await expect.poll(() => models.size).toBe(0);
});
