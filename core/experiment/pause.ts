import type { Experiment } from "../experiments-api.ts";

/** The pause that an experiment is in; undefined when it is in none. */
export function pauseOf({ pauses, endedAt }: Pick<Experiment, "pauses" | "endedAt">) {
  return endedAt === null ? pauses.find(({ until }) => until === null) : undefined;
}
