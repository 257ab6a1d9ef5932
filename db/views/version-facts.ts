/** What PostgreSQL knows of one version; operations/describe-version.ts adds what lies in the store. */
import type { Kysely } from "kysely";
import { qaReportSchema } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import { RECOMMENDER_SIGNATURE } from "../../core/signature.ts";
import type { EvaluateDetail, IngestDetail, TrainDetail } from "../../core/step-details.ts";
import type { VersionDetail } from "../../core/version-detail.ts";
import { listDecisions } from "../decisions.ts";
import { getReport } from "../releases.ts";
import { listSteps, type StepRow } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { listAliases } from "../version-aliases.ts";
import { findVersionLatency } from "../version-latency.ts";
import { getVersion } from "../versions.ts";
import { toDecision } from "./reviews.ts";
import { iso } from "./time.ts";
import { listHistory } from "./versions.ts";

export type VersionFacts = Omit<VersionDetail, "parts" | "goldenRows" | "trainingLog"> & {
  release: Release;
  logDigest: string | undefined;
};

/** @throws {NotFound} no such model or version @throws {BrokenPromise} its release or report was changed */
export async function getVersionFacts(
  db: Kysely<Tables>,
  model: string,
  version: number,
): Promise<VersionFacts> {
  const history = await listHistory(db, model);
  const { runId, release, releaseDigest, createdAt } = await getVersion(db, model, version);
  const run = await db
    .selectFrom("run")
    .innerJoin("review", "review.run_id", "run.id")
    .select(["run.as_of", "review.report_digest"])
    .where("run.id", "=", runId)
    .executeTakeFirstOrThrow();
  const [steps, report, decisions, latency, aliases, state, importedFrom] = await Promise.all([
    listSteps(db, runId),
    getReport(db, run.report_digest),
    listDecisions(db, runId),
    findVersionLatency(db, { model, version }),
    listAliases(db, model),
    findState(db, { model, version }),
    findEnvironment(db, runId),
  ]);
  const trained = detailOf<TrainDetail>(steps, `train:${release.candidate}`);
  const { inputs, outputs } = RECOMMENDER_SIGNATURE;
  const deployments = history.filter((one) => one.version === version);
  return {
    ...{ model, version, candidate: release.candidate, createdAt: iso(createdAt) },
    state: state ?? (deployments.some(({ kind }) => kind === "deploy") ? "replaced" : "registered"),
    aliases: aliases.filter((one) => one.version === version).map(({ name }) => name),
    ...{ releaseDigest, reportDigest: run.report_digest, definitionDigest: release.definitionDigest },
    ...{ runId, asOf: iso(run.as_of), importedFrom },
    signature: { inputs: inputs.map(toTensor), outputs: outputs.map(toTensor) },
    metrics: metricsOf(report, steps, release.candidate),
    latency: latency ? { ...latency, measuredAt: iso(latency.measuredAt) } : null,
    snapshots: steps.filter(({ kind }) => kind === "ingest").flatMap(toSnapshot),
    ...{ code: trained?.code ?? null, trainSeconds: trained?.trainSeconds ?? null },
    ...{ decisions: decisions.map(toDecision), deployments },
    ...{ release, logDigest: trained?.logDigest },
  };
}

/** Undefined for one that is neither live nor being rolled out. */
async function findState(
  db: Kysely<Tables>,
  { model, version }: { model: string; version: number },
): Promise<"live" | "in_rollout" | undefined> {
  const at = (table: "live" | "traffic") =>
    db
      .selectFrom(table)
      .select("version")
      .where("model", "=", model)
      .where("version", "=", version)
      .executeTakeFirst();
  if (await at("live")) return "live";
  return (await at("traffic")) ? "in_rollout" : undefined;
}

async function findEnvironment(db: Kysely<Tables>, runId: string): Promise<string | null> {
  const row = await db
    .selectFrom("imported_release as i")
    .innerJoin("trusted_environment as key", "key.key_id", "i.key_id")
    .select("key.name")
    .where("i.run_id", "=", runId)
    .executeTakeFirst();
  return row?.name ?? null;
}

function toTensor({
  name,
  type,
  shape,
}: {
  name: string;
  type: string;
  shape: readonly (string | number)[];
}) {
  return { name, type, shape: [...shape] };
}

function toSnapshot({ name, detail, reused_from_run }: StepRow): VersionDetail["snapshots"] {
  const found = detail as Partial<IngestDetail> | null;
  if (found?.contentDigest === undefined || found.deliveredAt === undefined) return [];
  return [
    {
      ...{ source: name.replace(/^ingest:/, ""), contentDigest: found.contentDigest },
      ...{ rowsKept: found.rowsKept ?? 0, rowsSetAside: found.rowsSetAside ?? 0 },
      newestEventTime: found.newestEventTime ?? null,
      newestKnownTime: found.newestKnownTime ?? null,
      ...{ deliveredAt: found.deliveredAt, reusedFromRun: reused_from_run },
    },
  ];
}

/** From the report that was signed, which an imported version has too. */
function metricsOf(report: object, steps: readonly StepRow[], candidate: string): VersionDetail["metrics"] {
  const { data } = qaReportSchema.pick({ k: true, metrics: true }).loose().safeParse(report);
  const subjects = (data?.metrics ?? []).map(({ subject, ndcg, recall, coverage, people }) => {
    const answerMs = detailOf<EvaluateDetail>(steps, `evaluate:${subject}`)?.answerMs ?? null;
    return { subject, ndcg, recall, coverage, people, answerMs };
  });
  const own = ({ subject }: { subject: string }) => Number(subject === candidate);
  return { k: data?.k ?? 0, subjects: subjects.sort((one, other) => own(other) - own(one)) };
}

function detailOf<Detail>(steps: readonly StepRow[], name: string): Detail | undefined {
  return (steps.find((step) => step.name === name)?.detail ?? undefined) as Detail | undefined;
}
