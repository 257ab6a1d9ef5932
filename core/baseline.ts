/** Name of the candidate that is always there. A file of its own, so that the pages take it without zod. */
export const BASELINE = "popularity";

/** How evaluations and reports name what is live today. */
export const CHAMPION = "champion";
