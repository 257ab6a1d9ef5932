import type { MonitorCheck } from "../../core/api.ts";
import { VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "./badge.tsx";

/** Checks of the monitor, each with its value, its limit and what it points at. */
export function MonitorChecks({ checks }: { checks: MonitorCheck[] }) {
  return (
    <ul className="checks">
      {checks.map((check) => (
        <li key={check.id} className={`check tone-${VERDICT_LOOKS[check.verdict].tone}`}>
          <div className="check-head">
            <h3>{check.title}</h3>
            <Badge look={VERDICT_LOOKS[check.verdict]} />
          </div>
          <p>{check.explanation}</p>
          <p className="muted small">
            <strong className="figure">{check.value}</strong>, limit {check.threshold}
            {check.verdict === "fail" && (
              <>
                {" "}
                · points at <code>{check.cause}</code>
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
