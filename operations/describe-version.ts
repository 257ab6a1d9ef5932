import { decodeGoldenRows } from "../core/golden-rows.ts";
import type { Release } from "../core/release.ts";
import type { VersionDetail } from "../core/version-detail.ts";
import { resolveVersion } from "../db/version-aliases.ts";
import { getVersionFacts } from "../db/views/version-facts.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Everything about one version, by its number or a name of it. What the store lacks is left out: whoever asks may be on another
 * machine. @throws {NotFound} no such model or version @throws {BrokenPromise} its release or report was changed
 */
export async function describeVersion(
  { database: { db }, artifacts }: Pick<OperationsContext, "database"> & { artifacts: ArtifactStore },
  model: string,
  written: string,
): Promise<VersionDetail> {
  const version = await resolveVersion(db, model, written);
  const { release, logDigest, ...facts } = await getVersionFacts(db, model, version);
  return {
    ...facts,
    parts: await Promise.all(
      partsOf(release).map(async ({ part, digest }) => {
        const sizeBytes = part === "model" ? release.sizeBytes : await artifacts.sizeOf(digest);
        return { part, digest, sizeBytes: sizeBytes ?? null };
      }),
    ),
    goldenRows:
      release.goldenDigest === undefined
        ? null
        : { digest: release.goldenDigest, rows: await countGoldenRows(artifacts, release.goldenDigest) },
    trainingLog: logDigest === undefined ? null : await readText(artifacts, logDigest),
  };
}

type Part = Pick<VersionDetail["parts"][number], "part" | "digest">;

function partsOf({ artifactDigest, fallbackDigest, goldenDigest, rulesDigest }: Release): Part[] {
  return [
    { part: "model", digest: artifactDigest },
    { part: "fallback", digest: fallbackDigest },
    ...(goldenDigest === undefined ? [] : [{ part: "golden rows" as const, digest: goldenDigest }]),
    ...(rulesDigest === undefined ? [] : [{ part: "rules" as const, digest: rulesDigest }]),
  ];
}

async function countGoldenRows(artifacts: ArtifactStore, digest: string): Promise<number | null> {
  return artifacts.get(digest).then(
    (bytes) => decodeGoldenRows(bytes).cases.length,
    () => null,
  );
}

async function readText(artifacts: ArtifactStore, digest: string): Promise<string | null> {
  return artifacts.get(digest).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => null,
  );
}
