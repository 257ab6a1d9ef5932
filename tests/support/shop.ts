/** A model with runs, reviews and versions made of rows and small artifacts: for tests of operations and server. */
import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { makeGoldenRows } from "../../activities/golden-rows.ts";
import type { DefinitionInput } from "../../core/definition.ts";
import type { QaReport } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import type { Histories } from "../../core/training-set.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { deploy } from "../../db/deployments.ts";
import { findRelease } from "../../db/releases.ts";
import { openReview } from "../../db/reviews.ts";
import { insertRun, setRunState } from "../../db/runs.ts";
import { addSteps } from "../../db/steps.ts";
import type { Tables } from "../../db/tables.ts";
import { findLive, registerVersion } from "../../db/versions.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { digestOf } from "../../store/digest.ts";
import { trainItemSimilarity } from "../../trainers/item-similarity.ts";
import { trainPopularity } from "../../trainers/popularity.ts";
import { smallDefinitionParsed } from "./definitions.ts";
import { addTestPerson, decideAs, type ReviewedRun } from "./reviewed-run.ts";

const DAY_MS = 86_400_000;

/** Digests of what a release is made of. */
export interface StoredRelease {
  artifact: string;
  fallback: string;
  /** Its editorial rules. */
  rules?: string;
  /** Its model's answers to real cases. */
  golden?: string;
}

/** Stores the small definition under `model` and makes it current; its digest. */
export async function addShop(
  db: Kysely<Tables>,
  model = "shop",
  change: Partial<DefinitionInput> = {},
): Promise<string> {
  const definition = smallDefinitionParsed({ ...change, name: model });
  const digest = digestOf(definition);
  await addDefinition(db, { digest, model, body: definition, folder: "/shop" });
  await setCurrentDefinition(db, model, digest);
  return digest;
}

/** A run of the shop that waits for review, with graph, report and release. */
export async function addOpenReview(
  db: Kysely<Tables>,
  of: {
    model?: string;
    waitMs?: number;
    artifacts?: StoredRelease;
    requesterId?: string;
    /** Its check failed, which two people may override. */
    failed?: boolean;
    change?: Partial<DefinitionInput>;
  } = {},
): Promise<ReviewedRun> {
  const model = of.model ?? "shop";
  const definitionDigest = await addShop(db, model, of.failed ? { review: { override: {} } } : of.change);
  const key = randomBytes(4).toString("hex");
  const { run } = await insertRun(db, {
    id: `${model}-${key}`,
    model,
    run_key: key,
    definition_digest: definitionDigest,
    as_of: new Date(),
    trigger: "person",
    person_id: of.requesterId ?? null,
    champion_version: (await findLive(db, model))?.version ?? null,
    workflow_id: `run/${model}/${key}`,
  });
  await addSteps(db, run.id, [
    { name: "ingest:sales", kind: "ingest", after: [], skippable: false },
    { name: "review", kind: "review", after: ["ingest:sales"], skippable: false },
  ]);
  await setRunState(db, run.id, "waiting_for_review");
  const release: Release = {
    model,
    candidate: "similar",
    artifactDigest: of.artifacts?.artifact ?? digestOf(key),
    sizeBytes: 1_000,
    fallbackDigest: of.artifacts?.fallback ?? digestOf(key),
    definitionDigest,
    ...(of.artifacts?.rules !== undefined && { rulesDigest: of.artifacts.rules }),
    ...(of.artifacts?.golden === undefined ? {} : { goldenDigest: of.artifacts.golden }),
  };
  const report = qaReport(model, key, of.failed ? "fail" : "pass");
  const [releaseDigest, reportDigest] = [digestOf(release), digestOf(report)];
  await db
    .insertInto("release")
    .values({ digest: releaseDigest, model, body: JSON.stringify(release) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("qa_report")
    .values({ digest: reportDigest, body: JSON.stringify(report) })
    .execute();
  await openReview(db, { runId: run.id, releaseDigest, reportDigest, waitMs: of.waitMs ?? DAY_MS });
  return { runId: run.id, model, releaseDigest, reportDigest };
}

/** The same, approved, registered and live. */
export async function addLiveVersion(
  db: Kysely<Tables>,
  of: { model?: string; artifacts?: StoredRelease } = {},
): Promise<{ version: number; runId: string; model: string }> {
  const run = await addOpenReview(db, of);
  await decideAs(db, await addTestPerson(db), run, { reason: "good" });
  const version = await registerVersion(db, run.runId);
  const release = await findRelease(db, run.releaseDigest);
  await deploy(
    db,
    { runId: run.runId, version },
    { artifactDigest: String(release?.artifactDigest), reportDigest: run.reportDigest },
  );
  return { version, runId: run.runId, model: run.model };
}

/**
 * A learned model and a popularity list of items `<prefix>0`, `<prefix>1`, …: people had items 0 and 1, 1 and 2, 2 and 3,
 * and so on round the circle, and half of them item 0 too. Their digests, and that of the model's golden rows.
 */
export async function storeModels(
  store: ArtifactStore,
  prefix = "i",
  count = 20,
): Promise<Required<Pick<StoredRelease, "artifact" | "fallback" | "golden">>> {
  const key = `${prefix} ${count}`;
  const training = trained.get(key) ?? trainModels(prefix, count);
  trained.set(key, training);
  const { model, list, golden } = await training;
  return {
    artifact: await store.put(model),
    fallback: await store.put(list),
    golden: await store.put(golden),
  };
}

/** Training gives the same bytes each time, so a process trains each once. */
const trained = new Map<string, ReturnType<typeof trainModels>>();

async function trainModels(prefix: string, count: number) {
  const items = Array.from({ length: count }, (_, item) => `${prefix}${String(item).padStart(2, "0")}`);
  const had = items.flatMap((_, item) => [
    [item, (item + 1) % count],
    [0, item, (item + 1) % count],
  ]);
  const set = { items, train: histories(had), heldOut: histories(had.map(() => [])) };
  const settings = { trainer: "item_similarity" as const, neighbours: 10, shrinkage: 0, maxSizeMb: 32 };
  const model = trainItemSimilarity(set, settings, () => {});
  return { model, list: trainPopularity(set), golden: await makeGoldenRows(model, set, 10) };
}

function histories(people: readonly (readonly number[])[]): Histories {
  const starts = new Int32Array(people.length + 1);
  people.forEach((had, person) => {
    starts[person + 1] = (starts[person] ?? 0) + had.length;
  });
  return { starts, items: Int32Array.from(people.flat()) };
}

function qaReport(model: string, key: string, verdict: QaReport["verdict"]): QaReport {
  return {
    schemaVersion: 2,
    model,
    candidate: "similar",
    championVersion: null,
    verdict,
    headline: verdict === "pass" ? `pass: nothing is amiss in ${key}` : `fail: too few lists in ${key}`,
    k: 10,
    people: 100,
    items: 20,
    valueLabel: "plays",
    metrics: [],
    checks: [
      {
        ...{ id: "coverage.people", group: "coverage", title: "People with a full list", verdict },
        ...{ severity: "error", value: 1, threshold: 0.99, unit: "share", championValue: null },
        ...{ sampleSize: 100, owner: null, explanation: "All 100 people get a full list.", examples: [] },
      },
    ],
    reach: [],
    unreachable: { count: 0, valueShare: 0, items: [] },
    slices: [],
    behaviour: [],
    previews: [],
  };
}
