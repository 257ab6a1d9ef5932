/** What the signed file of one release holds, on its way from one environment to another. */
import { z } from "zod";
import type { Release } from "./release.ts";

/** Of the file; a Holt reads this one alone, and says so of others. */
export const EXPORT_FORMAT = 1;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** How an environment is called, here and in the names of runs that come from it. */
export const ENVIRONMENT_NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** The four that every file begins with, in this order; then its artifacts. */
export const EXPORTED_TEXTS = ["release.json", "definition.json", "report.json", "evidence.json"] as const;
export type ExportedText = (typeof EXPORTED_TEXTS)[number];

/** Bytes: far above what a definition lets a model weigh, and what a report or the word of some people takes. */
export const LARGEST = { manifest: 65_536, text: 67_108_864, artifact: 2_147_483_648 } as const;

/** Model, popularity list, golden rows, rules. */
const MOST_ARTIFACTS = 4;

/** What is signed: everything in the file by its SHA-256. */
export const manifestSchema = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  environment: z.string().regex(ENVIRONMENT_NAME),
  model: z.string(),
  releaseDigest: digest,
  exporter: z.string(),
  exportedAt: z.iso.datetime(),
  files: z
    .array(z.strictObject({ name: z.string(), sha256: digest, sizeBytes: z.int().nonnegative() }))
    .min(EXPORTED_TEXTS.length + 1)
    .max(EXPORTED_TEXTS.length + MOST_ARTIFACTS),
});
export type Manifest = z.output<typeof manifestSchema>;

/** One entry of the audit log as its chain has it: `hash` is over the other three. */
const linkSchema = z.strictObject({
  position: z.int().positive(),
  previousHash: digest,
  hash: digest,
  text: z.string(),
});

/** Who said what of the release where it comes from, and the entries of the audit log that tell of it. */
export const evidenceSchema = z.strictObject({
  run: z.strictObject({ id: z.string(), asOf: z.string(), requestedBy: z.string().nullable() }),
  choice: z.strictObject({ chosen: z.string(), reason: z.string() }),
  review: z.strictObject({
    releaseDigest: digest,
    reportDigest: digest,
    openedAt: z.string(),
    endedAt: z.string(),
    approvalsNeeded: z.int(),
    needsOverride: z.boolean(),
  }),
  decisions: z
    .array(
      z.strictObject({
        verdict: z.enum(["approve", "reject", "ask"]),
        /** A person's name there, or that of a rule of the definition. */
        by: z.string(),
        onBehalfOf: z.string().nullable(),
        channel: z.string(),
        override: z.boolean(),
        reason: z.string(),
        at: z.string(),
      }),
    )
    .min(1),
  audit: z.strictObject({ database: z.uuid(), links: z.array(linkSchema) }),
});
export type Evidence = z.output<typeof evidenceSchema>;

/** Name of an artifact within the file. */
export function artifactName(artifactDigest: string): string {
  return `artifacts/${artifactDigest}`;
}

/** Digests of what a release names: model, popularity list, rules; each once, in this order. */
export function artifactsOf({
  artifactDigest,
  fallbackDigest,
  goldenDigest,
  rulesDigest,
}: Release): string[] {
  const named = [artifactDigest, fallbackDigest, goldenDigest, rulesDigest].filter(
    (digest) => digest !== undefined,
  );
  return [...new Set(named)];
}

/** What the signature is over. A list, so that it can pass for nothing else that Holt signs. */
export function sealedText(manifestSha256: string): string {
  return JSON.stringify(["holt release export", EXPORT_FORMAT, manifestSha256]);
}
