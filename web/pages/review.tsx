import type { ReviewDetail } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { REVIEW_LOOKS, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Age, Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Checks } from "../review/checks.tsx";
import { DecisionPanel } from "../review/decision-panel.tsx";
import { Metrics } from "../review/metrics.tsx";
import { Shelves } from "../review/shelves.tsx";

/** The QA report, for somebody who decides and is no engineer: verdict, checks, figures in words, real shelves. */
export function ReviewPage({ runId }: { runId: string }) {
  const at = `/runs/${encodeURIComponent(runId)}`;
  const review = useResource<ReviewDetail>(`/api${at}/review`, (value) =>
    value.state === "open" ? 5_000 : undefined,
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
  const look = VERDICT_LOOKS[review.verdict];
  const { report } = review;
  return (
    <div className="review">
      <div className="review-report">
        <p className="muted dates">
          Opened <Moment at={review.openedAt} />
          {review.state === "open" && (
            <>
              {" "}
              · without a decision it expires in <Age at={review.expiresAt} />
            </>
          )}{" "}
          · <a href={`/models/${encodeURIComponent(review.model)}/versions`}>what is live now</a>
        </p>
        <p className="narrow-only">
          <a href="#decision">Go to the decision</a>
        </p>
        <Notice tone={look.tone} icon={look.icon} title={report.headline}>
          <p>{review.choice}</p>
        </Notice>
        <Checks checks={report.checks} />
        <Metrics report={report} />
        <Shelves previews={report.previews} candidate={report.candidate} />
      </div>
      <DecisionPanel
        // another release or report is another question; nothing typed for the old one stays
        key={`${review.releaseDigest} ${review.reportDigest}`}
        review={review}
        reload={reload}
      />
    </div>
  );
}
