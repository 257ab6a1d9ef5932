import type { InboxReview, ReviewSummary } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { isOpen, type Look, REVIEW_LOOKS, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Age, Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { sayApprovals } from "../review/decision-words.ts";
import { reviewParts } from "../review/inbox.ts";

/** The inbox: what waits for this person, the most urgent first; what waits for others; what was decided. */
export function ReviewsPage() {
  const reviews = useResource<InboxReview[]>("/api/reviews", () => 5_000);
  return (
    <Page title="Reviews" aside={<a href="/stand-ins">Stand-ins</a>}>
      <Loaded from={reviews}>
        {(list) => {
          const { mine, others, settled } = reviewParts(list);
          return (
            <>
              <h2>Waits for you</h2>
              {mine.length === 0 ? (
                <Empty>
                  No review waits for you. When a run has something that you may sign, it appears here.
                </Empty>
              ) : (
                <List reviews={mine} />
              )}
              {others.length > 0 && (
                <>
                  <h2>Waits for others</h2>
                  <List reviews={others} />
                </>
              )}
              {settled.length > 0 && (
                <>
                  <h2>Settled</h2>
                  <List reviews={settled} />
                </>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function List({ reviews }: { reviews: InboxReview[] }) {
  return (
    <ul className="cards wide">
      {reviews.map((review) => (
        <li key={review.runId} className="card">
          <h3>
            <a href={`/runs/${encodeURIComponent(review.runId)}/review`}>
              {review.model}: {review.candidate}
            </a>
          </h3>
          <p>{review.headline}</p>
          <p className="muted small">Run {review.runId}</p>
          <p className="tags">
            <Badge look={REVIEW_LOOKS[review.state]} />
            <Badge look={checksLook(review)} />
            {(isOpen(review.state) || review.approvals > 0) && <span>{sayApprovals(review)}</span>}
            {isOpen(review.state) ? (
              <span className="muted">
                waits for <Age at={review.openedAt} />, expires in <Age at={review.expiresAt} />
              </span>
            ) : (
              <span className="muted">
                opened <Moment at={review.openedAt} />
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The verdict of all checks; one that passes with something to weigh doesn't look like one without. */
function checksLook({ verdict, toWeigh }: ReviewSummary): Look {
  const look = VERDICT_LOOKS[verdict];
  const label = `Checks: ${look.label}${toWeigh > 0 ? `, ${toWeigh} to weigh` : ""}`;
  return toWeigh > 0 && verdict === "pass" ? { label, tone: "warn", icon: "alert" } : { ...look, label };
}
