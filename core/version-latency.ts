/** How long a version's model took for one answer when it got its number: on that machine, without HTTP. */
export interface VersionLatency {
  /** Answers that were timed, one after the other. */
  answers: number;
  p50Ms: number;
  p99Ms: number;
  /** Processors of the machine; a model uses one. */
  cores: number;
}
