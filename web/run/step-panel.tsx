import type { Step } from "../../core/api.ts";
import { formatCount } from "../lib/format.ts";
import { KIND_WORDS, stepLook } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Facts } from "../parts/facts.tsx";
import { Moment, Took } from "../parts/moment.tsx";

/** What one step found, or why it doesn't go on. */
export function StepPanel({ step }: { step: Step }) {
  return (
    <section className="card step-panel" aria-labelledby="step-title">
      <div className="step-head">
        <h3 id="step-title">{step.name}</h3>
        <Badge look={stepLook(step)} />
      </div>
      {step.summary && <p>{step.summary}</p>}
      {step.progress && <p className="muted">{step.progress}</p>}
      {step.state !== "needs_attention" && <StepErrorText step={step} />}
      <Facts
        facts={{
          Kind: KIND_WORDS[step.kind],
          Started: step.startedAt && <Moment at={step.startedAt} />,
          Took: step.startedAt && (
            <Took from={step.startedAt} to={stillRuns(step) ? null : (step.finishedAt ?? step.startedAt)} />
          ),
          Rows: step.rows === null ? null : formatCount(step.rows),
          Attempt: step.attempt > 1 ? formatCount(step.attempt) : null,
          "Reused from": step.reusedFromRun && <ReusedFrom runId={step.reusedFromRun} step={step.name} />,
          After: step.after.length > 0 ? step.after.join(", ") : null,
        }}
      />
    </section>
  );
}

export function ReusedFrom({ runId, step }: { runId: string; step: string }) {
  return <a href={`/runs/${encodeURIComponent(runId)}?step=${encodeURIComponent(step)}`}>run {runId}</a>;
}

/** The last error of a step, with the end of its log. */
export function StepErrorText({ step }: { step: Step }) {
  if (!step.error) return null;
  return (
    <div className="step-error">
      <p>
        <strong>{step.error.code}</strong>
        {step.state === "running" && (
          <span className="muted"> (an earlier attempt; it is being tried again)</span>
        )}
      </p>
      <pre className="message">{step.error.message}</pre>
      {step.error.logTail && (
        <details>
          <summary>End of the log</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long log scrolls, so it must take the focus */}
          <pre className="log" tabIndex={0}>
            {step.error.logTail}
          </pre>
        </details>
      )}
    </div>
  );
}

function stillRuns(step: Step): boolean {
  return step.state === "running";
}
