/** Everything about one version, as the API answers it. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { decisionSchema, deploymentSchema } from "./api.ts";

const time = z.iso.datetime();
const digest = z.string();

/** `registered`: has a number and was never live; `replaced`: was live, and another is now. */
const VERSION_STATES = ["live", "in_rollout", "replaced", "registered"] as const;

const tensorSchema = z.object({
  name: z.string(),
  type: z.string(),
  /** Numbers, or names of dimensions that vary. */
  shape: z.array(z.union([z.string(), z.int()])),
});

/** A model's figures over the people judged; null where it cannot be told. */
const figuresSchema = z.object({
  /** `popularity` is the baseline, `champion` what was live when the run opened. */
  subject: z.string(),
  ndcg: z.number().nullable(),
  recall: z.number().nullable(),
  coverage: z.number().nullable(),
  people: z.int(),
  /** Median of one answer in the run, on its machine; null for what was judged elsewhere. */
  answerMs: z.number().nullable(),
});

const snapshotSchema = z.object({
  source: z.string(),
  contentDigest: digest,
  rowsKept: z.int(),
  rowsSetAside: z.int(),
  newestEventTime: time.nullable(),
  newestKnownTime: time.nullable(),
  deliveredAt: time,
  /** The run that read the file, if this one took what an earlier one had read. */
  reusedFromRun: z.string().nullable(),
});

export const versionDetailSchema = z.object({
  model: z.string(),
  version: z.int(),
  candidate: z.string(),
  state: z.enum(VERSION_STATES),
  aliases: z.array(z.string()),
  createdAt: time,
  releaseDigest: digest,
  reportDigest: digest,
  definitionDigest: digest,
  /** The run that put it forward. */
  runId: z.string(),
  /** As of when its data was read. */
  asOf: time,
  /** The environment where it was trained; null when that is this one. Its snapshots are then those read here. */
  importedFrom: z.string().nullable(),
  signature: z.object({ inputs: z.array(tensorSchema), outputs: z.array(tensorSchema) }),
  /** Files of the release. */
  parts: z.array(
    z.object({
      part: z.enum(["model", "fallback", "golden rows", "rules"]),
      digest,
      /** Null when this store has no such file. */
      sizeBytes: z.int().nullable(),
    }),
  ),
  metrics: z.object({
    /** Length of the lists that were judged. */
    k: z.int(),
    /** The version's own first, then those it was judged beside. Empty when its report is an older Holt's. */
    subjects: z.array(figuresSchema),
  }),
  /** Of single answers when it got its number, without HTTP; null when it was not measured. */
  latency: z
    .object({ answers: z.int(), p50Ms: z.number(), p99Ms: z.number(), cores: z.int(), measuredAt: time })
    .nullable(),
  /** Null when its release has none; `rows` is null when they are not in this store, or changed. */
  goldenRows: z.object({ digest, rows: z.int().nullable() }).nullable(),
  snapshots: z.array(snapshotSchema),
  /** Which Holt trained it; null when nobody wrote that down here. */
  code: z.object({ holt: z.string(), trainers: z.int() }).nullable(),
  trainSeconds: z.number().nullable(),
  /** What went in, counted, and what the trainer printed; null when it is not kept here. */
  trainingLog: z.string().nullable(),
  decisions: z.array(decisionSchema),
  /** When it was live, or answered a share of the people, the newest first. */
  deployments: z.array(deploymentSchema),
});

export type VersionDetail = z.output<typeof versionDetailSchema>;
