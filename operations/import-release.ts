/** A release that another environment approved comes in, and waits for a decision of this one. */
import { definitionSchema } from "../core/definition.ts";
import { Conflict } from "../core/errors.ts";
import { decodeGoldenRows } from "../core/golden-rows.ts";
import { planGraph } from "../core/graph.ts";
import { maxSizeMbOf } from "../core/model-limit.ts";
import { artifactName, type Manifest } from "../core/release-export.ts";
import { readReleaseRules } from "../core/release-rules.ts";
import type { Actor } from "../core/roles.ts";
import type { GraphNode } from "../core/steps.ts";
import { getDefinition } from "../db/definitions.ts";
import { findTrustedKey } from "../db/environments.ts";
import { findRunOfManifest, importRelease as importRows } from "../db/imports.ts";
import { getModel } from "../db/views/models.ts";
import { assertRecommenderFile } from "../scoring/model-file.ts";
import { checkRelease } from "../scoring/release-check.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { ReleaseFile } from "../store/release-file.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { type ReadRelease, readReleaseFile } from "./read-release-file.ts";
import { wakeNow } from "./wake-ups.ts";

const OVER_DATA: readonly GraphNode["kind"][] = ["ingest", "feature", "own_step"];

export interface ImportedRelease {
  runId: string;
  /** False: this very file was imported before, and this is the run that it opened. */
  isNew: boolean;
  manifest: Manifest;
}

/**
 * Checks the whole file, stores its artifacts by their digests, and opens a run that builds the definition's tables from the
 * data here and then waits for a review, with the report of where it comes from. Nothing goes live by it. All that is refused
 * leaves nothing behind, but perhaps artifacts that nothing names.
 * @throws {InvalidInput} what is wrong with the file, or nobody trusts its key @throws {NotAllowed}
 * @throws {Conflict} the model has another definition here, or the release is live already @throws {NotFound} no such model
 */
export async function importRelease(
  context: OperationsContext & { artifacts: ArtifactStore },
  actor: Actor,
  path: string,
): Promise<ImportedRelease> {
  requireAbility(actor, "submit");
  const { db } = context.database;
  const file = await ReleaseFile.open(path);
  try {
    const read = await readReleaseFile(file, (id) => findTrustedKey(db, id));
    const there = await findRunOfManifest(db, read.manifestText);
    if (there) return { runId: there, isNew: false, manifest: read.manifest };
    const { nodes, maxSizeMb } = await planOverData(context, read);
    for (const artifact of read.artifacts) await store(context.artifacts, file, read.release, artifact);
    await checkRelease(context.artifacts, {
      ...{ release: read.release, place: `model "${read.release.model}" of file "${path}"`, maxSizeMb },
    });
    const { runId, isNew, wakeUp } = await importRows(db, {
      proof: actor.proof.reveal(),
      key: read.seal.key,
      signature: read.seal.signature,
      manifest: read.manifestText,
      evidence: read.texts["evidence.json"],
      release: read.texts["release.json"],
      report: read.texts["report.json"],
      nodes,
    });
    if (wakeUp) await wakeNow(context, wakeUp);
    return { runId, isNew, manifest: read.manifest };
  } finally {
    await file.close();
  }
}

/** What the run does before its review, the definition's tables from this environment's own data; how large a model it allows. @throws {Conflict} */
async function planOverData(
  { database: { db } }: OperationsContext,
  { release }: ReadRelease,
): Promise<{ nodes: GraphNode[]; maxSizeMb: number | undefined }> {
  const current = (await getModel(db, release.model)).definition_digest;
  if (current !== release.definitionDigest)
    throw new Conflict(
      `model "${release.model}": its definition here is ${current}, and the release is of definition ${release.definitionDigest}; apply that one with "holt apply", then import again`,
    );
  const definition = definitionSchema.parse((await getDefinition(db, current)).body);
  const nodes = planGraph(definition, { baselineOnly: true, hasChampion: false });
  return {
    nodes: nodes.filter(({ kind }) => OVER_DATA.includes(kind)),
    maxSizeMb: maxSizeMbOf(definition, release.candidate),
  };
}

/** @throws {InvalidInput} its bytes changed since they were looked at @throws {BrokenPromise} no recommender, golden rows or rules */
async function store(
  artifacts: ArtifactStore,
  file: ReleaseFile,
  { goldenDigest, rulesDigest }: ReadRelease["release"],
  { digest, sizeBytes, at }: ReadRelease["artifacts"][number],
): Promise<void> {
  if (await artifacts.isSound(digest)) return;
  file.position(at);
  const bytes = await file.readMember(
    { name: artifactName(digest), sha256: digest, sizeBytes },
    sizeBytes,
    "keep",
  );
  if (digest === rulesDigest) readReleaseRules(bytes);
  else if (digest === goldenDigest) decodeGoldenRows(bytes);
  else assertRecommenderFile(bytes);
  await artifacts.put(bytes);
}
