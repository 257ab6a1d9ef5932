import { lazy, Suspense, useEffect, useState } from "react";
import type { NewDecision, Problem, ReviewDetail } from "../../core/api.ts";
import { ApiProblem, request } from "../lib/request.ts";
import { useResource } from "../lib/resource.ts";
import { goToTarget, targetOfAddress } from "../lib/target.ts";
import { isOpen, REVIEW_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { CheckGroups } from "../review/check-groups.tsx";
import { ReportComments } from "../review/comments.tsx";
import { ReviewContext } from "../review/context.ts";
import { DecisionPanel } from "../review/decision-panel.tsx";
import { LookFirst } from "../review/look-first.tsx";
import { Reach } from "../review/reach.tsx";
import { DecideBar, QuestionNote, ReviewHead, SupersededNote } from "../review/review-head.tsx";
import { useSeen } from "../review/seen.ts";
import { Shelves } from "../review/shelves.tsx";
import { StaleNote } from "../review/stale-note.tsx";
import { VerdictNote } from "../review/verdict.tsx";

/** What stands below all that asks to be looked at: the page does not wait for it. */
const Figures = lazy(async () => ({ default: (await import("../review/figures.tsx")).Figures }));

/** The QA report, for somebody who decides and is no engineer: verdict, what to look at, real shelves, the decision. */
export function ReviewPage({ runId }: { runId: string }) {
  const at = `/runs/${encodeURIComponent(runId)}`;
  const review = useResource<ReviewDetail>(`/api${at}/review`, (value) =>
    isOpen(value.state) ? 5_000 : undefined,
  );
  return (
    <Page
      title={review.value ? `Review of ${review.value.model}: ${review.value.candidate}` : "Review"}
      crumbs={[
        { href: "/reviews", label: "Reviews" },
        { href: at, label: `Run ${runId}` },
      ]}
      aside={<span role="status">{review.value && <Badge look={REVIEW_LOOKS[review.value.state]} />}</span>}
    >
      <Loaded from={review}>{(value) => <Review review={value} reload={review.reload} />}</Loaded>
    </Page>
  );
}

function Review({ review, reload }: { review: ReviewDetail; reload(): Promise<void> }) {
  const { report } = review;
  const { seen, onSeen } = useSeen(review.reportDigest);
  const [read, setRead] = useState(review);
  const [conflict, setConflict] = useState<Problem>();
  useEffect(() => {
    const target = targetOfAddress();
    if (target !== undefined) goToTarget(target);
  }, []);

  async function decide(verdict: NewDecision["verdict"], reason: string) {
    const { releaseDigest, reportDigest } = review;
    const override = verdict === "approve" && review.needsOverride;
    const body: NewDecision = { verdict, releaseDigest, reportDigest, reason, override, seen: seen() };
    try {
      await request("POST", `/api/runs/${encodeURIComponent(review.runId)}/decisions`, { body });
      setConflict(undefined);
    } catch (error) {
      // what there is now is no longer what was shown: say so, and show what there is
      if (!(error instanceof ApiProblem) || error.problem.status !== 409) throw error;
      setRead(review);
      setConflict(error.problem);
    }
    await reload();
  }

  function acceptChanges() {
    setRead(review);
    setConflict(undefined);
  }

  return (
    <ReviewContext value={{ review, reload }}>
      <div className="review">
        <div className="review-report">
          <StaleNote read={read} problem={conflict} onAccept={acceptChanges} />
          <SupersededNote />
          <QuestionNote />
          <VerdictNote review={review} />
          <ReviewHead />
          <DecideBar />
          <LookFirst report={report} />
          <Shelves key={review.reportDigest} runId={review.runId} report={report} onSeen={onSeen} />
          <CheckGroups checks={report.checks} />
          <Reach report={report} />
          <Suspense fallback={null}>
            <Figures report={report} />
          </Suspense>
          <ReportComments />
        </div>
        <DecisionPanel
          // another release or report is another question; nothing typed for the old one stays
          key={`${review.releaseDigest} ${review.reportDigest}`}
          seen={seen}
          decide={decide}
        />
      </div>
    </ReviewContext>
  );
}
