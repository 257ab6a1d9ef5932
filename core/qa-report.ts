/** The QA report as data, from which page and CLI are drawn. Its digest is part of what a person signs. */
import { z } from "zod";

const verdict = z.enum(["pass", "fail", "inconclusive"]);
const item = z.strictObject({ itemId: z.string(), title: z.string(), score: z.number().nullable() });

const checkSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  verdict,
  /** A failed `error` check ends the run before the review; a failed `warn` is for the reviewer to weigh. */
  severity: z.enum(["error", "warn"]),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  unit: z.enum(["share", "count"]),
  sampleSize: z.number(),
  /** One plain sentence: what was looked at, what came out, what it means. */
  explanation: z.string(),
  examples: z.array(z.string()),
});

const metricsRowSchema = z.strictObject({
  subject: z.string(),
  ndcg: z.number().nullable(),
  recall: z.number().nullable(),
  coverage: z.number().nullable(),
  people: z.number(),
  sizeBytes: z.number().nullable(),
});

const previewSchema = z.strictObject({
  user: z.string(),
  history: z.array(item),
  candidate: z.array(item),
  baseline: z.array(item),
  champion: z.array(item).nullable(),
});

export const qaReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.string(),
  candidate: z.string(),
  verdict,
  /** The verdict and its reason in one sentence. */
  headline: z.string(),
  k: z.number(),
  metrics: z.array(metricsRowSchema),
  checks: z.array(checkSchema),
  previews: z.array(previewSchema),
});

export type Verdict = z.output<typeof verdict>;
export type Check = z.output<typeof checkSchema>;
export type MetricsRow = z.output<typeof metricsRowSchema>;
export type Preview = z.output<typeof previewSchema>;
export type QaReport = z.output<typeof qaReportSchema>;
