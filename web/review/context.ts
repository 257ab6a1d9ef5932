import { createContext, useContext } from "react";
import type { ReviewDetail } from "../../core/api.ts";

export interface ReviewOnPage {
  review: ReviewDetail;
  reload(): Promise<void>;
}

export const ReviewContext = createContext<ReviewOnPage | undefined>(undefined);

/** The review that the page shows. Only below the review page. */
export function useReview(): ReviewOnPage {
  const shown = useContext(ReviewContext);
  if (!shown) throw new Error("useReview: there is no review here; use it below ReviewContext");
  return shown;
}
