import type { Check } from "../../core/qa-report.ts";
import { formatFigure } from "../lib/figures.ts";
import { formatCount } from "../lib/format.ts";

/** A check's value against what was asked for and what is live; for shares as a bar with a line at the threshold. */
export function CheckFigure({ check }: { check: Check }) {
  const write = (value: number) => formatFigure(value, check.unit);
  const facts: [string, string | null][] = [
    ["Value", check.value === null ? "cannot tell" : write(check.value)],
    ["Asked for", check.threshold === null ? null : write(check.threshold)],
    ["Live now", check.championValue === null ? null : write(check.championValue)],
    ["Looked at", check.sampleSize > 0 ? formatCount(check.sampleSize) : null],
    ["Owner", check.owner],
  ];
  return (
    <div className="check-figure">
      <dl>
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {check.unit === "share" && check.value !== null && <Bar check={check} value={check.value} />}
    </div>
  );
}

/** The figures beside it say the same. */
function Bar({ check, value }: { check: Check; value: number }) {
  return (
    <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect className="bar-ground" width="100" height="10" />
      <rect className={`bar-value bar-${check.verdict}`} width={100 * clamp(value)} height="10" />
      {check.threshold !== null && (
        <rect className="bar-threshold" x={100 * clamp(check.threshold) - 0.5} width="1" height="10" />
      )}
    </svg>
  );
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share));
}
