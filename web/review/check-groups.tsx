import type { Check } from "../../core/qa-report.ts";
import { Empty } from "../parts/notice.tsx";
import { CheckCard } from "./check-card.tsx";
import { type CheckCounts, checkParts } from "./order.ts";

/** Every check by what it is about, folded, with how many came out how; what failed is told in full above. */
export function CheckGroups({ checks }: { checks: Check[] }) {
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">All checks</h2>
      {checks.length === 0 ? (
        <Empty>The definition asks for none.</Empty>
      ) : (
        <div className="folds">
          {checkParts(checks).map(({ group, title, counts, checks: rest }) => (
            <details key={group} className="fold" id={`group-${group}`}>
              <summary>
                <h3>{title}</h3> <span className="muted">{sayCounts(counts)}</span>
              </summary>
              {counts.failed + counts.toWeigh > 0 && (
                <p className="small">
                  <a href="#first">What failed is told above.</a>
                </p>
              )}
              <div className="checks">
                {rest.map((check) => (
                  <CheckCard key={check.id} check={check} level={4} />
                ))}
              </div>
            </details>
          ))}
        </div>
      )}
    </section>
  );
}

/** `1 failed, 12 passed`: what there is none of is left out. */
function sayCounts({ failed, toWeigh, cannotTell, passed }: CheckCounts): string {
  return [
    [failed, "failed"],
    [toWeigh, "to weigh"],
    [cannotTell, "cannot be told"],
    [passed, "passed"],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}
