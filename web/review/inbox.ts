import type { InboxReview } from "../../core/api.ts";
import { isOpen } from "../lib/words.ts";

/** What a person finds in the inbox: what they may decide, the most urgent first; what waits for others; the rest. */
export function reviewParts(reviews: readonly InboxReview[]): {
  mine: InboxReview[];
  others: InboxReview[];
  settled: InboxReview[];
} {
  const open = reviews
    .filter(({ state }) => isOpen(state))
    .toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt));
  return {
    mine: open.filter(({ mayDecide }) => mayDecide),
    others: open.filter(({ mayDecide }) => !mayDecide),
    settled: reviews.filter(({ state }) => !isOpen(state)),
  };
}
