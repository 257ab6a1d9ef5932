/** A shop whose second version serves under load, and each way in which a bad third one may come to it. */
import type { ChildProcess } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployActivities } from "../../activities/deploy.ts";
import type { DefinitionInput } from "../../core/definition.ts";
import { decodeGoldenRows, encodeGoldenRows } from "../../core/golden-rows.ts";
import type { Actor } from "../../core/roles.ts";
import { deploy } from "../../db/deployments.ts";
import { endRollout, startStage } from "../../db/rollouts.ts";
import { listServers } from "../../db/servers.ts";
import { addSteps } from "../../db/steps.ts";
import { findLive, registerVersion } from "../../db/versions.ts";
import { trustEnvironment } from "../../operations/environments.ts";
import { exportRelease } from "../../operations/export-release.ts";
import { importRelease } from "../../operations/import-release.ts";
import { rollback } from "../../operations/rollback.ts";
import { checkRelease } from "../../scoring/release-check.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { addActor } from "../support/actors.ts";
import { quietEnvironment } from "../support/data-road-at.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { addTestPerson, decideAs, leaveReport } from "../support/reviewed-run.ts";
import { addOpenReview, addShop, type StoredRelease, storeModels } from "../support/shop.ts";
import { until } from "../support/until.ts";
import type { Files } from "./bad-releases.ts";
import { changed } from "./hostile-models.ts";
import type { FaultContext } from "./row.ts";
import { askShop, openShop, readiness, startShop } from "./served-shop.ts";

const MODEL = "shop";
const NOWHERE = "127.0.0.1:1";
/** What serves before, during and after each trial. */
const GOOD = 2;
/** Known to the good version's model. */
const PERSON = "ann";
const DEFINITION: Partial<DefinitionInput> = {
  candidates: { similar: { trainer: "item_similarity", maxSizeMb: 0.5 } },
};
const RULES = { schemaVersion: 1, rules: [{ kind: "ban", name: "recalled", item: "i06" }], values: [] };

/** A release's run, approved, with its files in the store. */
export interface Signed {
  runId: string;
  reportDigest: string;
  releaseDigest: string;
  digests: Record<keyof Files, string>;
}

/** What came of one entrance: the words of its refusals, each in its own place. */
export interface Refusals {
  [place: string]: string;
}

export interface BesiegedShop {
  url: string;
  headers: Record<string, string>;
  /** Sound files, other ones each time; and those of another model. */
  files(trial: number): Files;
  other: Files;
  sign(files: Files): Promise<Signed>;
  pathOf(digest: string): string;
  entrances: Record<
    "registration" | "flip" | "server" | "rollout" | "start",
    (signed: Signed) => Promise<Refusals>
  >;
  /** Goes back to the version that was live first, by a person. */
  rollBack(): Promise<Refusals>;
  /** Digests of that version. */
  first: Record<Exclude<keyof Files, "rules">, string>;
  /** Writes the release as another environment exports it. */
  exported(
    files: Files,
    of?: { key?: KeyObject | undefined; environment?: string | undefined },
  ): Promise<Buffer>;
  import(bytes: Uint8Array): Promise<Refusals>;
  /** The version that is live, and how many releases came in from elsewhere. */
  state(): Promise<string>;
}

export async function openBesiegedShop(context: FaultContext): Promise<BesiegedShop> {
  const shop = await openShop(context);
  const { database, headers, artifactsFolder } = shop;
  const { db } = database;
  const store = new ArtifactStore(artifactsFolder);
  const deployer = await addActor({ database }, "deployer");
  const reviewer = await addTestPerson(db);
  // Its runs are rows alone: a server that could ask Temporal for them would end them.
  const { url, child } = await startShop(context, { ...shop.env, TEMPORAL_ADDRESS: NOWHERE });
  const log = keepLog(child);
  await until("an answer by the model", async () => (await askShop(url, PERSON, headers)).fallback === false);
  const sound = await filesOf(store, await storeModels(store));
  const activities = deployActivities({ database, ingest: database, artifacts: store });
  const sign = (files: Files) => signIn(database, store, reviewer, files);
  const getLive = async () => (await findLive(db, MODEL))?.version as number;
  /** As though a worker had let it through. */
  const flipUnchecked = async ({ runId, reportDigest, digests }: Signed) => {
    const version = await registerVersion(db, runId);
    await deploy(db, { runId, version }, { artifactDigest: digests.model, reportDigest });
    return version;
  };
  const goBack = async () => {
    const body = { expectedVersion: await getLive(), toVersion: GOOD, reason: "it is bad" };
    await rollback({ database }, deployer, MODEL, body);
    await until("the good version again", async () => (await problemAt(url)) === null);
  };
  const abroad = await openAbroad(context, { database, reviewer: await addActor({ database }, "admin") });
  const first = (await db
    .selectFrom("model_version as version")
    .innerJoin("release", "release.digest", "version.release_digest")
    .select("release.body")
    .where("version.model", "=", MODEL)
    .where("version.version", "=", 1)
    .executeTakeFirstOrThrow()) as { body: Record<string, string> };
  return {
    ...{ url, headers, sign },
    files: (trial) => marked(sound, trial),
    other: { ...sound, ...(await filesOf(store, await storeModels(store, "old"))) },
    pathOf: (digest) => join(artifactsFolder, digest.slice(0, 2), digest),
    first: {
      model: first.body["artifactDigest"] as string,
      fallback: first.body["fallbackDigest"] as string,
      golden: first.body["goldenDigest"] as string,
    },
    entrances: {
      async registration({ runId }) {
        const refusal = await refusalOf(() => quietEnvironment().run(activities.registerVersion, { runId }));
        const numbered = await db
          .selectFrom("model_version")
          .select("version")
          .where("run_id", "=", runId)
          .executeTakeFirst();
        return {
          registration: refusal,
          ...(refusal && numbered && { number: `has number ${numbered.version}` }),
        };
      },
      async flip({ runId }) {
        const version = await registerVersion(db, runId);
        return {
          flip: await refusalOf(() => quietEnvironment().run(activities.flipLive, { runId, version })),
        };
      },
      async server(signed) {
        log.forget();
        await flipUnchecked(signed);
        try {
          const readyz = await until("a red model", async () => (await problemAt(url)) ?? undefined);
          const logged = await until("a line of the log", async () => log.errors());
          const heard = await askShop(url, PERSON, headers);
          const isGood = heard.version === String(GOOD) && heard.fallback === false;
          return { readyz, logged, ...(isGood ? {} : { answer: `answers ${JSON.stringify(heard)}` }) };
        } finally {
          await goBack();
        }
      },
      async rollout({ runId }) {
        log.forget();
        const version = await registerVersion(db, runId);
        await startStage(db, { runId, stage: 0 }, { version, kind: "canary", share: 0.5 });
        try {
          const held = await until("a server that tells what it could not load", async () => {
            const versions = (await listServers(db)).flatMap((server) => server.versions);
            return versions.find((one) => one.version === version)?.problem ?? undefined;
          });
          return { held, logged: await until("a line of the log", async () => log.errors()) };
        } finally {
          await endRollout(db, runId, "it is bad");
        }
      },
      async start(signed) {
        const version = await flipUnchecked(signed);
        try {
          const server = await context.server(database, { artifactsFolder });
          try {
            const problem = server.live.states()[MODEL]?.problem ?? "";
            const answer = await server.app.inject({
              url: `/v1/models/${MODEL}/recommendations?user=${PERSON}&expose=0`,
              headers,
            });
            const isByIt =
              answer.statusCode === 200 && answer.json().version === version && !answer.json().fallback;
            const isWrong = isByIt || answer.statusCode !== 200;
            return { readyz: problem, ...(isWrong ? { answer: `answers ${answer.body}` } : {}) };
          } finally {
            await server.close();
          }
        } finally {
          await goBack();
        }
      },
    },
    rollBack: async () => ({
      rollback: await refusalOf(() =>
        rollback(
          {
            database,
            checkRelease: ({ release }) => checkRelease(store, { release, place: `model "${MODEL}"` }),
          },
          deployer,
          MODEL,
          { expectedVersion: GOOD, toVersion: 1, reason: "a trial" },
        ),
      ),
    }),
    exported: abroad.exported,
    import: async (bytes) => {
      const path = join(await context.folder(), "release.holt");
      await writeFile(path, bytes);
      return { import: await refusalOf(() => importRelease({ database, artifacts: store }, deployer, path)) };
    },
    async state() {
      const { n } = await db
        .selectFrom("imported_release")
        .select(({ fn }) => fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow();
      return `version ${await getLive()} live, ${n} imported`;
    },
  };
}

/** The files of the small models, with rules beside them. */
async function filesOf(
  store: ArtifactStore,
  models: Required<Pick<StoredRelease, "artifact" | "fallback" | "golden">>,
): Promise<Files> {
  return {
    model: await store.get(models.artifact),
    fallback: await store.get(models.fallback),
    golden: await store.get(models.golden),
    rules: Buffer.from(JSON.stringify({ ...RULES, known: [] })),
  };
}

/** Files that say the same, with bytes of their own, so that no server has them yet. */
function marked(files: Files, trial: number): Files {
  const named = (bytes: Uint8Array) =>
    changed(bytes, (_, whole) => {
      whole.docString = `trial ${trial}`;
    });
  const { k, cases } = decodeGoldenRows(files.golden);
  const [at, doubled] = [trial % cases.length, Math.floor(trial / cases.length)];
  return {
    model: named(files.model),
    fallback: named(files.fallback),
    golden: encodeGoldenRows({
      k,
      cases: [...cases.slice(at), ...cases.slice(0, at), ...cases.slice(0, doubled)],
    }),
    rules: Buffer.from(JSON.stringify({ ...RULES, known: [`trial ${trial}`] })),
  };
}

async function put(store: ArtifactStore, files: Files): Promise<Signed["digests"]> {
  const digests = {} as Signed["digests"];
  for (const part of ["model", "fallback", "golden", "rules"] as const)
    digests[part] = await store.put(files[part]);
  return digests;
}

/** A run of these files that waits for its deployment. */
async function signIn(
  { db }: TestDatabase,
  store: ArtifactStore,
  reviewer: Awaited<ReturnType<typeof addTestPerson>>,
  files: Files,
): Promise<Signed> {
  const digests = await put(store, files);
  const { model: artifact, ...others } = digests;
  const run = await addOpenReview(db, { artifacts: { artifact, ...others }, change: DEFINITION });
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", after: [], skippable: false },
    { name: "deploy", kind: "deploy", after: [], skippable: false },
  ]);
  await leaveReport(db, run, "pass");
  await decideAs(db, reviewer, run, { reason: "good" });
  return { ...run, digests };
}

/** Another environment, which this one trusts. */
async function openAbroad(
  context: FaultContext,
  here: { database: TestDatabase; reviewer: Actor },
): Promise<Pick<BesiegedShop, "exported">> {
  const database = await context.database();
  const folder = await context.folder();
  const store = new ArtifactStore(join(folder, "artifacts"));
  const [engineer, reviewer] = [await addActor({ database }, "deployer"), await addTestPerson(database.db)];
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = join(folder, "staging.pub.pem");
  await writeFile(file, publicKey.export({ type: "spki", format: "pem" }));
  await trustEnvironment({ database: here.database }, here.reviewer, { file, name: "staging" });
  let exports = 0;
  return {
    async exported(files, { key = privateKey, environment = "staging" } = {}) {
      const { runId } = await signIn(database, store, reviewer, files);
      await addShop(here.database.db, MODEL, DEFINITION);
      const path = join(folder, `${++exports}.holt`);
      const of = { model: MODEL, runId, path, environment, privateKey: key };
      await exportRelease({ database, artifacts: store }, engineer, of);
      return readFile(path);
    },
  };
}

/** What was said; empty when it was let through. */
async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  return work().then(
    () => "",
    ({ name, message }: Error) => `${name}: ${message}`,
  );
}

async function problemAt(url: string): Promise<string | null> {
  const { body } = await readiness(url);
  return body.models[MODEL]?.problem ?? null;
}

/** Lines of the server's log that tell of an error. */
function keepLog({ stdout }: ChildProcess): { forget(): void; errors(): string | undefined } {
  const ERROR = 50;
  let text = "";
  stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return {
    forget() {
      text = "";
    },
    errors() {
      const lines = text.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
      const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= ERROR);
      return errors.length === 0 ? undefined : errors.map(({ err }) => err?.message ?? "").join("; ");
    },
  };
}
