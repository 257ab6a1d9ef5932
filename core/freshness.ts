import type { MonitorCheck } from "./api.ts";
import { durationMs, formatDuration } from "./duration.ts";

export interface SourceAge {
  source: string;
  /** File as the definition names it. */
  file: string;
  promise: { measure: "delivery" | "event_time"; maxAge: string };
  /** For `delivery` when the file was written last, for `event_time` the newest event; undefined when there is none. */
  newest: Date | undefined;
}

/**
 * Whether a source keeps its promise at a time. A file that isn't there breaks it; without any event it cannot be told.
 * What is newer than `at` has age 0.
 */
export function checkFreshness({ source, file, promise, newest }: SourceAge, at: Date): MonitorCheck {
  const promised = `promised every ${promise.maxAge}`;
  const isDelivery = promise.measure === "delivery";
  const base = {
    id: `freshness:${source}`,
    title: isDelivery ? `Source "${source}" is delivered in time` : `Events of source "${source}" are recent`,
    threshold: `at most ${promise.maxAge}`,
    cause: `source:${source}`,
  };
  if (!newest)
    return isDelivery
      ? {
          ...base,
          verdict: "fail",
          value: "no file",
          explanation: `Source "${source}" is missing: there is no file ${file}, ${promised}.`,
        }
      : {
          ...base,
          verdict: "inconclusive",
          value: "no event",
          explanation: `Source "${source}" has no event yet, so its age cannot be told.`,
        };
  const ageMs = Math.max(0, at.getTime() - newest.getTime());
  const age = formatDuration(ageMs);
  const isFresh = ageMs <= durationMs(promise.maxAge);
  const words = isDelivery
    ? [`was delivered ${age} ago`, `has not been delivered for ${age}`]
    : [`has events up to ${age} ago`, `has had no event for ${age}`];
  return {
    ...base,
    verdict: isFresh ? "pass" : "fail",
    value: age,
    explanation: `Source "${source}" ${isFresh ? words[0] : words[1]}, ${promised}.`,
  };
}
