/** A review and a decision as the API tells them, for what the pages make of them. */
import type { Decision, ReviewDetail } from "../../core/api.ts";
import { exampleReport } from "./page-report.ts";

/** An approval by rita, on the page. */
export function decisionOf(of: Partial<Decision>): Decision {
  return {
    ...{ id: "1", verdict: "approve", by: "rita", onBehalfOf: null, channel: "page", override: false },
    ...{ reason: "", seen: null, at: "2026-11-25T03:00:00.000Z" },
    ...of,
  };
}

/** An open review of als for movies that needs one approval. */
export function reviewOf(of: Partial<ReviewDetail>): ReviewDetail {
  const report = exampleReport("als");
  return {
    ...{ runId: "movies-2", model: "movies", candidate: "als", verdict: "pass", toWeigh: 3 },
    ...{ headline: report.headline, choice: "als is better", report, state: "open" },
    ...{ openedAt: "2026-11-25T02:00:00.000Z", expiresAt: "2026-12-02T02:00:00.000Z" },
    ...{ approvals: 0, approvalsNeeded: 1, decisions: [], comments: [], needsOverride: false },
    ...{ releaseDigest: "a".repeat(64), reportDigest: "b".repeat(64), supersededBy: null, supersedes: null },
    ...{ askedBefore: [], answeredByNoChange: [], openIncidents: [] },
    importedFrom: null,
    ...{ mayDecide: true, mayNotDecideBecause: null, mayComment: true },
    ...of,
  };
}
