import type { Check } from "../../core/qa-report.ts";
import { formatCount, formatShare } from "../lib/format.ts";
import { type Look, VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Empty } from "../parts/notice.tsx";
import { worstFirst } from "./order.ts";

/** Each check in a plain sentence, worst first. */
export function Checks({ checks }: { checks: Check[] }) {
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">Checks</h2>
      {checks.length === 0 ? (
        <Empty>The definition asks for none.</Empty>
      ) : (
        <ul className="checks">
          {worstFirst(checks).map((check) => (
            <CheckItem key={check.id} check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

function CheckItem({ check }: { check: Check }) {
  return (
    <li className={`check tone-${lookOf(check).tone}`}>
      <div className="check-head">
        <h3>{check.title}</h3>
        <Badge look={lookOf(check)} />
      </div>
      <p>{check.explanation}</p>
      <Measure check={check} />
      {check.examples.length > 0 && (
        <div className="examples">
          <p className="muted">{check.verdict === "pass" ? "For example:" : "Look at these:"}</p>
          <ul>
            {check.examples.map((example) => (
              <li key={example}>{example}</li>
            ))}
          </ul>
        </div>
      )}
    </li>
  );
}

/** Value beside threshold; for shares as a bar with a line at the threshold. The sentence above says what they mean. */
function Measure({ check }: { check: Check }) {
  const write = check.unit === "share" ? formatShare : formatCount;
  return (
    <div className="measure">
      {check.unit === "share" && check.value !== null && (
        <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect className="bar-ground" width="100" height="10" />
          <rect className={`bar-value bar-${check.verdict}`} width={100 * clamp(check.value)} height="10" />
          {check.threshold !== null && (
            <rect className="bar-threshold" x={100 * clamp(check.threshold) - 0.4} width="0.8" height="10" />
          )}
        </svg>
      )}
      <p className="muted small">
        {check.value === null ? "No value" : <strong className="figure">{write(check.value)}</strong>}
        {check.threshold !== null && ` · threshold ${write(check.threshold)}`}
        {check.sampleSize > 0 && ` · ${formatCount(check.sampleSize)} looked at`}
      </p>
    </div>
  );
}

/** A failed warning stops nothing: the person who decides weighs it. */
function lookOf(check: Check): Look {
  if (check.verdict === "fail" && check.severity === "warn")
    return { label: "Failed, to weigh", tone: "warn", icon: "alert" };
  return VERDICT_LOOKS[check.verdict];
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share));
}
