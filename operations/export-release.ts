/** An approved release with everything that speaks for it, as one signed file. */
import type { KeyObject } from "node:crypto";
import { NotFound } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import {
  artifactName,
  artifactsOf,
  EXPORT_FORMAT,
  EXPORTED_TEXTS,
  type ExportedText,
  type Manifest,
} from "../core/release-export.ts";
import type { Actor } from "../core/roles.ts";
import { atOneMoment } from "../db/audit-chain.ts";
import { getDefinition } from "../db/definitions.ts";
import { noteExport } from "../db/imports.ts";
import { gatherEvidence } from "../db/release-evidence.ts";
import { findRelease, getReport } from "../db/releases.ts";
import { findLive, getVersion } from "../db/versions.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { sha256 } from "../store/digest.ts";
import { writeReleaseFile } from "../store/release-file.ts";
import { seal } from "../store/release-seal.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

export interface ReleaseToExport {
  model: string;
  /** Else that of `version`, else of what is live. */
  runId?: string | undefined;
  version?: number | undefined;
  path: string;
  environment: string;
  privateKey: KeyObject;
}

/**
 * Writes the file, and notes in the log who did. The same content gives the same bytes but for the time.
 * @throws {NotAllowed} @throws {NotFound} no such version or run @throws {Conflict} it was not approved, or there is a file
 * @throws {BrokenPromise} something of it changed since it was approved
 */
export async function exportRelease(
  { database, artifacts }: OperationsContext & { artifacts: ArtifactStore },
  actor: Actor,
  of: ReleaseToExport,
): Promise<{ runId: string; manifest: Manifest }> {
  requireAbility(actor, "submit");
  const { db } = database;
  const { runId, release, texts } = await atOneMoment(db, async (trx) => {
    const runId = of.runId ?? (await runOf(trx, of));
    const evidence = await gatherEvidence(trx, runId);
    const { releaseDigest, reportDigest } = evidence.review;
    const release = await findRelease(trx, releaseDigest);
    if (release?.model !== of.model)
      throw new NotFound(
        `run "${runId}": is not one of model "${of.model}"; see "holt runs --model ${of.model}"`,
      );
    const texts: Record<ExportedText, string> = {
      "release.json": canonicalJson(release),
      "definition.json": canonicalJson((await getDefinition(trx, release.definitionDigest)).body),
      "report.json": canonicalJson(await getReport(trx, reportDigest)),
      "evidence.json": canonicalJson(evidence),
    };
    return { runId, release, texts };
  });
  const read = async (name: string): Promise<Uint8Array> =>
    isText(name) ? Buffer.from(texts[name]) : artifacts.get(name.slice(artifactName("").length));
  const members = [...EXPORTED_TEXTS, ...artifactsOf(release).map(artifactName)];
  const files: Manifest["files"] = [];
  for (const name of members) {
    const bytes = await read(name);
    files.push({ name, sha256: sha256(bytes), sizeBytes: bytes.length });
  }
  const manifest: Manifest = {
    format: EXPORT_FORMAT,
    environment: of.environment,
    model: of.model,
    releaseDigest: sha256(texts["release.json"]),
    exporter: actor.name,
    exportedAt: new Date().toISOString(),
    files,
  };
  const manifestText = canonicalJson(manifest);
  // Noted first: what nobody wrote down must not leave, and a line too much harms nobody.
  await noteExport(db, { proof: actor.proof.reveal(), runId, manifest: manifestText });
  await writeReleaseFile(of.path, { manifest, manifestText, seal: seal(manifestText, of.privateKey) }, read);
  return { runId, manifest };
}

async function runOf(
  db: Parameters<typeof getVersion>[0],
  { model, version }: ReleaseToExport,
): Promise<string> {
  if (version !== undefined) return (await getVersion(db, model, version)).runId;
  const live = await findLive(db, model);
  if (!live)
    throw new NotFound(`model "${model}": nothing of it is live; name a version of "holt versions ${model}"`);
  return live.runId;
}

function isText(name: string): name is ExportedText {
  return (EXPORTED_TEXTS as readonly string[]).includes(name);
}
