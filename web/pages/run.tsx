import { isUnderWay } from "../../core/allowed.ts";
import type { RunDetail, Step } from "../../core/api.ts";
import { StepGraph } from "../graph/step-graph.tsx";
import { shortDigest } from "../lib/format.ts";
import { useResource } from "../lib/resource.ts";
import { useAddress } from "../lib/router.ts";
import { runLook, STARTED_BY } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Facts } from "../parts/facts.tsx";
import { Moment, Took } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Attention } from "../run/attention.tsx";
import { Rollout } from "../run/rollout.tsx";
import { SetAside } from "../run/set-aside.tsx";
import { StepPanel } from "../run/step-panel.tsx";
import { StepTable } from "../run/step-table.tsx";

const UNDER_WAY_MS = 1_000;

/** One run: its steps as a picture and as a table, what each found, and what waits for a person. */
export function RunPage({ runId }: { runId: string }) {
  const at = `/runs/${encodeURIComponent(runId)}`;
  const run = useResource<RunDetail>(`/api${at}`, (value) =>
    isUnderWay(value.state) ? UNDER_WAY_MS : undefined,
  );
  return (
    <Page
      title={`Run ${runId}`}
      crumbs={[{ href: "/runs", label: "Runs" }]}
      aside={<span role="status">{run.value && <Badge look={runLook(run.value)} />}</span>}
    >
      <Loaded from={run}>{(value) => <Run run={value} at={at} reload={run.reload} />}</Loaded>
    </Page>
  );
}

function Run({ run, at, reload }: { run: RunDetail; at: string; reload(): Promise<void> }) {
  const { query } = useAddress();
  const selected = run.steps.find((step) => step.name === query.get("step")) ?? mostInteresting(run.steps);
  const hrefOf = (step: string) => `${at}?step=${encodeURIComponent(step)}`;
  const ingested = run.steps.some((step) => step.kind === "ingest" && step.finishedAt);
  return (
    <>
      <RunFacts run={run} />
      {run.steps
        .filter((step) => step.state === "needs_attention")
        .map((step) => (
          <Attention key={`${step.name} ${step.round}`} run={run} step={step} reload={reload} />
        ))}
      {run.state === "waiting_for_review" && (
        <Notice tone="person" icon="person" title="The run waits for a person's decision">
          <p>Nothing goes live before it. It takes no worker while it waits.</p>
          <a className="button primary" href={`${at}/review`}>
            Open the review
          </a>
        </Notice>
      )}
      {run.outcomeReason && <p className="outcome">{run.outcomeReason}</p>}
      {run.rollout.length > 0 && <Rollout run={run} reload={reload} />}
      {run.steps.length > 0 && (
        <>
          <h2>Steps</h2>
          <div className="graph-and-panel">
            <StepGraph steps={run.steps} selected={selected?.name} hrefOf={hrefOf} />
            {selected && <StepPanel step={selected} />}
          </div>
          <StepTable steps={run.steps} hrefOf={hrefOf} />
        </>
      )}
      {ingested && <SetAside at={at} />}
    </>
  );
}

function RunFacts({ run }: { run: RunDetail }) {
  const model = `/models/${encodeURIComponent(run.model)}/versions`;
  const reported =
    run.steps.some((step) => step.kind === "review" && step.startedAt) || run.outcome === "qa_failed";
  return (
    <Facts
      facts={{
        Model: <a href={model}>{run.model}</a>,
        Opened: <Moment at={run.openedAt} />,
        Took: <Took from={run.openedAt} to={run.finishedAt} />,
        "Data as of": <Moment at={run.asOf} />,
        "Started by": run.startedBy ?? STARTED_BY[run.trigger],
        Scope: run.baselineOnly ? "popularity list only" : null,
        Definition: <code title={run.definitionDigest}>{shortDigest(run.definitionDigest)}</code>,
        Review: reported ? (
          <a href={`/runs/${encodeURIComponent(run.id)}/review`}>report and decision</a>
        ) : null,
        Temporal: run.temporalUrl ? (
          <a href={run.temporalUrl} rel="noreferrer">
            history of {run.workflowId}
          </a>
        ) : (
          <code>{run.workflowId}</code>
        ),
      }}
    />
  );
}

/** What a person who opens the run wants to see first. */
function mostInteresting(steps: Step[]): Step | undefined {
  return (
    steps.find((step) => step.state === "needs_attention") ??
    steps.find((step) => step.state === "running") ??
    steps.findLast((step) => step.finishedAt !== null) ??
    steps[0]
  );
}
