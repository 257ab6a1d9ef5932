import type { ReviewSummary } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { type Look, REVIEW_LOOKS, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Age, Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";

/** The inbox: what waits for a decision first, then what was decided. */
export function ReviewsPage() {
  const reviews = useResource<ReviewSummary[]>("/api/reviews", () => 5_000);
  return (
    <Page title="Reviews">
      <Loaded from={reviews}>
        {(list) => {
          const open = list.filter((review) => review.state === "open");
          const settled = list.filter((review) => review.state !== "open");
          return (
            <>
              <h2>Waiting for a decision</h2>
              <List
                reviews={open}
                empty="No review waits. When a run has something to sign, it appears here."
              />
              {settled.length > 0 && (
                <>
                  <h2>Settled</h2>
                  <List reviews={settled} empty="" />
                </>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function List({ reviews, empty }: { reviews: ReviewSummary[]; empty: string }) {
  if (reviews.length === 0) return <Empty>{empty}</Empty>;
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
          <p className="tags">
            <Badge look={REVIEW_LOOKS[review.state]} />
            <Badge look={checksLook(review)} />
            <span className="muted">
              opened <Moment at={review.openedAt} />
              {review.state === "open" && (
                <>
                  {", "}expires in <Age at={review.expiresAt} />
                </>
              )}
            </span>
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
