import type { ReviewDetail } from "../../core/api.ts";
import { sayDecision } from "./decision-words.ts";

/** What is different now from what the reader had before them, each in a sentence; none where nothing is. */
export function tellChanges(before: ReviewDetail, now: ReviewDetail): string[] {
  const known = new Set(before.decisions.map(({ id }) => id));
  return [
    before.releaseDigest === now.releaseDigest
      ? ""
      : `Another release is proposed: ${now.candidate}${now.candidate === before.candidate ? ", made anew" : ` instead of ${before.candidate}`}.`,
    before.reportDigest === now.reportDigest ? "" : `The report was written anew: ${now.report.headline}`,
    ...now.decisions.filter(({ id }) => !known.has(id)).map(sayDecision),
    before.state === now.state ? "" : (STATES[now.state]?.(now) ?? ""),
  ].filter((sentence) => sentence !== "");
}

/** What a new state says that no decision says. */
const STATES: Partial<Record<ReviewDetail["state"], (review: ReviewDetail) => string>> = {
  approved: () => "It has all the approvals that it needs.",
  expired: () => "The time for a decision is over; nothing was changed.",
  superseded: ({ supersededBy }) => `A newer run took its place: ${supersededBy ?? "see the reviews"}.`,
  stopped: () => "The run ended before anybody was to decide.",
};
