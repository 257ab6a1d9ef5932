/** Task queues of Temporal, one a kind of machine: orchestration and SQL, training, scoring, whole tables. */
export const TASK_QUEUES = {
  pipeline: "pipeline",
  training: "training",
  scoring: "scoring",
  batch: "batch",
} as const;
