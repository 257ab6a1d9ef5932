import { sayStopped, standing } from "../../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { ArmDays } from "../experiment/arm-days.tsx";
import { Ending } from "../experiment/ending.tsx";
import { experimentLook } from "../experiment/looks.ts";
import { Metrics } from "../experiment/metrics.tsx";
import { Plan } from "../experiment/plan.tsx";
import { Primary } from "../experiment/primary.tsx";
import { Segments } from "../experiment/segments.tsx";
import { Soundness } from "../experiment/soundness.tsx";
import { Statistics } from "../experiment/statistics.tsx";
import { useResource } from "../lib/resource.ts";
import { Badge } from "../parts/badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { Notice } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";

const EVERY_MS = 5_000;

/** What an experiment found so far, for people who decide by it: how it stands first, then what decides, then all the rest. */
export function ExperimentPage({ id }: { id: string }) {
  const at = `/api/experiments/${encodeURIComponent(id)}`;
  const report = useResource<ExperimentReport>(`${at}/report.json`, ({ experiment }) =>
    experiment.endedAt === null ? EVERY_MS : undefined,
  );
  const model = report.value?.experiment.model;
  return (
    <Page
      title={`Experiment ${id}`}
      crumbs={[
        { href: "/experiments", label: "Experiments" },
        ...(model ? [{ href: `/experiments?model=${encodeURIComponent(model)}`, label: model }] : []),
      ]}
      aside={report.value && <Aside report={report.value} at={at} />}
    >
      <Loaded from={report}>{(found) => <Found report={found} at={at} reload={report.reload} />}</Loaded>
    </Page>
  );
}

function Aside({ report: { experiment, look, waitsFor }, at }: { report: ExperimentReport; at: string }) {
  return (
    <>
      <Badge look={experimentLook(experiment, look, waitsFor)} />
      <a className="button" href={`${at}/report.html`}>
        Report to keep
      </a>
    </>
  );
}

function Found(props: { report: ExperimentReport; at: string; reload(): Promise<void> }) {
  const { report } = props;
  const { experiment, look } = report;
  return (
    <>
      <p className="lead">
        {kindOf(report)}
        {experiment.plan.hypothesis}
      </p>
      <Standing {...props} />
      <Opposites report={report} />
      {look && (
        <>
          <Primary report={report} look={look} />
          <Metrics report={report} look={look} of="guardrail" />
          <Metrics report={report} look={look} of="other" />
          <Soundness report={report} look={look} />
          <Statistics report={report} look={look} />
          <Segments segments={look.analysis.segments} />
        </>
      )}
      <ArmDays report={report} />
      <Plan report={report} />
    </>
  );
}

function kindOf({ experiment: { plan } }: ExperimentReport): string {
  if (plan.aa)
    return "An A/A test: all arms serve the same, so that every difference is chance or a mistake. ";
  return plan.holdout ? "A holdout: some people get the popularity list for long. " : "";
}

const ICONS = { good: "check", bad: "alert", warn: "question", busy: "busy", quiet: "dot" } as const;

/** The verdict with its reason in one sentence, and what a person may do about it. */
function Standing(props: { report: ExperimentReport; at: string; reload(): Promise<void> }) {
  const { report } = props;
  const { experiment, look, waitsFor } = report;
  const { title, tone } = standing(report);
  return (
    <Notice tone={tone} icon={ICONS[tone]} title={title}>
      {experiment.endedAt !== null && (
        <p>
          <Moment at={experiment.endedAt} />, by {experiment.endedBy ?? "Holt, as its plan says"}:{" "}
          {experiment.endReason}
        </p>
      )}
      {look && look.reason !== experiment.endReason && (
        <p>
          {experiment.endedAt !== null && "At its last look: "}
          {look.reason}.
        </p>
      )}
      {experiment.stoppedArms.map((stopped) => (
        <p key={stopped.arm}>
          <Moment at={stopped.at} />: {sayStopped(stopped)}
        </p>
      ))}
      {waitsFor !== null && (
        <p>
          <strong>Waits:</strong> {waitsFor}
        </p>
      )}
      <p className="muted small">
        {look ? (
          <>
            Looked at <Moment at={look.at} />, each {experiment.plan.lookEvery}.
          </>
        ) : (
          "Its first look comes within a minute."
        )}
      </p>
      {experiment.endedAt === null && <Ending {...props} />}
    </Notice>
  );
}

/** Metrics that surely went for the better and for the worse are said aloud, and which one counts. */
function Opposites({ report: { experiment, look } }: { report: ExperimentReport }) {
  const said = (look?.analysis.arms ?? []).flatMap(({ arm, opposites }) =>
    opposites.map((sentence) => ({ arm, sentence })),
  );
  if (said.length === 0) return null;
  const { metric } = experiment.plan.primary;
  return (
    <Notice tone="warn" icon="alert" title="Two metrics point in opposite directions">
      <ul className="plain-rows">
        {said.map(({ arm, sentence }) => (
          <li key={arm + sentence}>
            {arm}: {sentence}.
          </li>
        ))}
      </ul>
      <p>
        The verdict follows <strong>{metric}</strong>: the plan named it before anybody could see a result.
      </p>
    </Notice>
  );
}
