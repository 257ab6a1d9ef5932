/** Task queues of Temporal, one a kind of machine: orchestration and SQL, training, scoring. */
export const TASK_QUEUES = { pipeline: "pipeline", training: "training", scoring: "scoring" } as const;
