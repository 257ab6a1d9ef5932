/** What each kind of step leaves in its row's `detail` for the steps after it. References and counts, never rows. */

export type IngestDetail = {
  snapshotId: number;
  /** Table in the schema `data`, with the definition's columns and `holt_known_time`. */
  tableName: string;
  /** Equal files with an equal definition have equal digests. */
  contentDigest: string;
  rowsRead: number;
  rowsKept: number;
  rowsSetAside: number;
  newestEventTime: string | null;
  newestKnownTime: string | null;
  deliveredAt: string;
};

export type FeatureDetail = { featureTableId: number; tableName: string; inputDigest: string; rows: number };

export type OwnStepDetail = { rows: number | null; exitCode: number | null };

export type SplitDetail = {
  /** Artifact that core/training-set.ts reads. */
  trainingSetDigest: string;
  people: number;
  items: number;
  trainInteractions: number;
  heldOutInteractions: number;
  /** People with something held out: those who are judged. */
  peopleJudged: number;
};

/** Which Holt trained: its version, and that of its trainers, which is raised when one gives other bytes. */
export type CodeVersion = { holt: string; trainers: number };

export type TrainDetail = {
  candidate: string;
  trainer: string;
  artifactDigest: string;
  sizeBytes: number;
  trainSeconds: number;
  /** Artifact that core/golden-rows.ts reads; what was trained before there were any has none. */
  goldenDigest?: string;
  /** Artifact with what the trainer printed, as text; what was trained before it was kept has none, nor the next. */
  logDigest?: string;
  code?: CodeVersion;
};

/** `subject` is a candidate's name or `champion`. Means over the people judged; undefined metrics are null. */
export type EvaluateDetail = {
  subject: string;
  artifactDigest: string;
  k: number;
  people: number;
  ndcg: number | null;
  recall: number | null;
  coverage: number | null;
  /** Median of one answer, in this run on this machine. */
  answerMs: number;
};

export type ChooseDetail = {
  /** Candidate's name; `popularity` when nothing is worth more. */
  chosen: string;
  /** One sentence for a manager. */
  reason: string;
  /** The chosen artifact is what is live already. */
  isLiveAlready: boolean;
};

export type QaDetail = {
  verdict: "pass" | "fail" | "inconclusive";
  reportDigest: string;
  releaseDigest: string;
};

export type ReviewDetail = {
  verdict: "approved" | "rejected" | "expired" | "superseded";
  /** Who decided, a name each; empty for an expiry, and for a newer run that took its place. */
  by: string[];
  reason: string;
};

export type DeployDetail = { version: number; previousVersion: number | null };
