import type { ReviewDetail } from "../../core/api.ts";
import { plural } from "../../core/words.ts";
import { type Look, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { countChecks } from "./order.ts";

/** The verdict and its reason, why this candidate, and how the checks came out, in one glance. */
export function VerdictNote({ review }: { review: ReviewDetail }) {
  const counts = countChecks(review.report.checks);
  const isClean = review.verdict === "pass" && counts.toWeigh === 0;
  const look: Look =
    review.verdict === "pass" && !isClean
      ? { ...VERDICT_LOOKS.inconclusive, icon: "alert" }
      : VERDICT_LOOKS[review.verdict];
  const told: [number, Look][] = [
    [counts.failed, { ...VERDICT_LOOKS.fail, label: `${counts.failed} failed` }],
    [counts.toWeigh, { label: `${counts.toWeigh} to weigh`, tone: "warn", icon: "alert" }],
    [counts.cannotTell, { ...VERDICT_LOOKS.inconclusive, label: `${counts.cannotTell} cannot be told` }],
    [counts.passed, { ...VERDICT_LOOKS.pass, label: `${counts.passed} passed` }],
  ];
  return (
    <Notice tone={look.tone} icon={look.icon} title={review.report.headline}>
      {review.choice && <p>{review.choice}</p>}
      <ul className="tags" aria-label={`${plural(review.report.checks.length, "check")} in all`}>
        {told.map(([count, each]) =>
          count === 0 ? null : (
            <li key={each.label}>
              <Badge look={each} />
            </li>
          ),
        )}
      </ul>
    </Notice>
  );
}
