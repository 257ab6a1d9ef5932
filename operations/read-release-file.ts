/** Everything that a release's file says, believed only once it is known who signed it. */
import { canonicalJson } from "../core/json.ts";
import { qaReportSchema } from "../core/qa-report.ts";
import { type Release, releaseSchema } from "../core/release.ts";
import {
  artifactName,
  artifactsOf,
  type Evidence,
  EXPORTED_TEXTS,
  type ExportedText,
  evidenceSchema,
  LARGEST,
  type Manifest,
} from "../core/release-export.ts";
import type { ReleaseFile, Sealed } from "../store/release-file.ts";
import { isSealedBy, type Seal } from "../store/release-seal.ts";
import { hashOfLink } from "./audit-changed-entries.ts";

export interface ReadRelease {
  manifest: Manifest;
  manifestText: string;
  seal: Seal;
  texts: Record<ExportedText, string>;
  release: Release;
  evidence: Evidence;
  /** Where each artifact begins in the file. */
  artifacts: { digest: string; sizeBytes: number; at: number }[];
}

/** A key that is trusted here. */
export interface TrustedKeyOf {
  name: string;
  publicDer: Uint8Array;
}

/**
 * Reads a whole file and believes nothing of it that its key did not sign.
 * @throws {InvalidInput} with the first thing that is wrong: who signed it, a byte that changed, what doesn't fit
 */
export async function readReleaseFile(
  file: ReleaseFile,
  findKey: (id: string) => Promise<TrustedKeyOf | undefined>,
): Promise<ReadRelease> {
  const sealed = await file.readSealed();
  await assertSigned(file, sealed, findKey);
  const { manifest } = sealed;
  const texts = {} as Record<ExportedText, string>;
  for (const [at, name] of EXPORTED_TEXTS.entries()) {
    const member = manifest.files[at];
    if (member?.name !== name) throw file.fault(`"${name}" is missing in its manifest`);
    texts[name] = (await file.readMember(member, LARGEST.text, "keep")).toString("utf8");
  }
  const release = parsed(file, "release.json", texts, releaseSchema);
  const evidence = parsed(file, "evidence.json", texts, evidenceSchema);
  parsed(file, "report.json", texts, qaReportSchema);
  assertFits(file, manifest, { release, evidence });
  const artifacts: ReadRelease["artifacts"] = [];
  const expected = artifactsOf(release);
  const members = manifest.files.slice(EXPORTED_TEXTS.length);
  if (members.length !== expected.length) throw file.fault("has other artifacts than its release names");
  for (const [index, member] of members.entries()) {
    const digest = expected[index] as string;
    if (member.name !== artifactName(digest) || member.sha256 !== digest)
      throw file.fault(`artifact ${digest} is missing in its manifest`);
    const at = file.position();
    await file.readMember(member, LARGEST.artifact, "hash");
    artifacts.push({ digest, sizeBytes: member.sizeBytes, at });
  }
  await file.expectEnd();
  return { ...sealed, texts, release, evidence, artifacts };
}

async function assertSigned(
  file: ReleaseFile,
  { manifest, manifestText, seal }: Sealed,
  findKey: (id: string) => Promise<TrustedKeyOf | undefined>,
): Promise<void> {
  const key = await findKey(seal.key);
  if (!key)
    throw file.fault(
      `is signed by key ${seal.key.slice(0, 16)}, which is not trusted here; an admin trusts it with "holt keys trust <file> --name ${manifest.environment}"`,
    );
  if (!isSealedBy(key.publicDer, manifestText, seal.signature))
    throw file.fault(`its manifest was changed after key ${seal.key.slice(0, 16)} signed it`);
  if (key.name !== manifest.environment)
    throw file.fault(
      `says that it comes from "${manifest.environment}", and its key is trusted here as "${key.name}"`,
    );
}

function parsed<T>(
  file: ReleaseFile,
  name: ExportedText,
  texts: Record<ExportedText, string>,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T {
  const value: unknown = JSON.parse(texts[name]);
  const found = schema.safeParse(value);
  if (!found.success || canonicalJson(value) !== texts[name])
    throw file.fault(`"${name}" is not of the form that this Holt knows`);
  return found.data;
}

/** What is signed says the same in each of its places. */
function assertFits(
  file: ReleaseFile,
  manifest: Manifest,
  { release, evidence }: { release: Release; evidence: Evidence },
): void {
  const shaOf = (name: ExportedText) => manifest.files.find((member) => member.name === name)?.sha256;
  if (release.model !== manifest.model || shaOf("release.json") !== manifest.releaseDigest)
    throw file.fault("its release is not the one that its manifest names");
  if (shaOf("definition.json") !== release.definitionDigest)
    throw file.fault("its definition is not the one that its release names");
  const { releaseDigest, reportDigest } = evidence.review;
  if (releaseDigest !== manifest.releaseDigest || reportDigest !== shaOf("report.json"))
    throw file.fault("what was approved is another release, or on another report");
  for (const link of evidence.audit.links)
    if (hashOfLink(link, link.text) !== link.hash)
      throw file.fault(
        `the audit log's entry at position ${link.position} is not the one that its chain has`,
      );
}
