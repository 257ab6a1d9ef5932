import type { ReviewSummary } from "../../core/api.ts";
import { isOpen } from "../lib/words.ts";

/** What a person finds in the inbox: what they may decide, the most urgent first; what waits for others; the rest. */
export function reviewParts(
  reviews: readonly ReviewSummary[],
  mayDecide: (review: ReviewSummary) => boolean,
): { mine: ReviewSummary[]; others: ReviewSummary[]; settled: ReviewSummary[] } {
  const open = reviews
    .filter(({ state }) => isOpen(state))
    .toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt));
  return {
    mine: open.filter(mayDecide),
    others: open.filter((review) => !mayDecide(review)),
    settled: reviews.filter(({ state }) => !isOpen(state)),
  };
}
