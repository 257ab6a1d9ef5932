import { useState } from "react";
import type { Incident, Problem } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { useResource } from "../lib/resource.ts";
import { useMay } from "../lib/session.ts";
import { INCIDENT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Facts } from "../parts/facts.tsx";
import { IncidentActions } from "../parts/incident-actions.tsx";
import { Moment } from "../parts/moment.tsx";
import { MonitorChecks } from "../parts/monitor-checks.tsx";
import { ProblemNote } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { RollBack } from "../parts/roll-back.tsx";
import { WhoWasTold } from "../parts/who-was-told.tsx";

const SEVERITY_WORDS: Record<Incident["severity"], string> = {
  error: "error: people get something worse, or nobody would notice if they did",
  warn: "warn: nobody is served worse yet",
};

/** One hidden failure: what is behind it, by what it shows, and who has taken it on. */
export function IncidentPage({ id }: { id: string }) {
  const incident = useResource<Incident>(`/api/incidents/${encodeURIComponent(id)}`, (value) =>
    value.state === "resolved" ? undefined : 5_000,
  );
  return (
    <Page
      title={incident.value?.title ?? `Incident ${id}`}
      crumbs={[{ href: "/incidents", label: "Incidents" }]}
      aside={
        <span role="status">{incident.value && <Badge look={INCIDENT_LOOKS[incident.value.state]} />}</span>
      }
    >
      <Loaded from={incident}>
        {(value) => (
          <>
            <Facts
              facts={{
                "What is behind it": <code>{value.cause}</code>,
                Model: <a href={`/models/${encodeURIComponent(value.model)}/monitor`}>{value.model}</a>,
                Severity: SEVERITY_WORDS[value.severity],
                Opened: <Moment at={value.openedAt} />,
                "Last seen": <Moment at={value.lastSeenAt} />,
                Resolved: value.resolvedAt && <Moment at={value.resolvedAt} />,
                "Acknowledged by": value.acknowledgedBy,
                "What to do": value.runbook && <Runbook address={value.runbook} />,
              }}
            />
            {value.state === "open" && <Acknowledge id={value.id} reload={incident.reload} />}
            {value.state !== "resolved" && (
              <div className="actions">
                <RollBack model={value.model} onDone={incident.reload} />
              </div>
            )}
            <p className="actions">
              <a href={`/api/incidents/${value.id}/postmortem.md`}>Postmortem as Markdown</a>
            </p>
            <IncidentActions incident={value} reload={incident.reload} />
            <WhoWasTold incidentId={value.id} isOver={value.state === "resolved"} />
            <h2>What it shows by</h2>
            <MonitorChecks checks={value.symptoms} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Acknowledge({ id, reload }: { id: number; reload(): Promise<void> }) {
  const may = useMay("submit");
  const [problem, setProblem] = useState<Problem>();
  const [sending, setSending] = useState(false);
  if (!may) return <p className="actions muted">It waits for somebody who runs the model to take it on.</p>;

  async function acknowledge() {
    setSending(true);
    try {
      await request("POST", `/api/incidents/${id}/acknowledgements`);
      await reload();
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  }

  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      <p className="actions">
        <button
          type="button"
          className="button primary"
          disabled={sending}
          onClick={() => void acknowledge()}
        >
          Acknowledge: I look into it
        </button>
      </p>
    </>
  );
}

/** A link only where it leads to a page. */
function Runbook({ address }: { address: string }) {
  if (!/^https?:\/\//i.test(address)) return <>{address}</>;
  return (
    <a href={address} rel="noreferrer">
      Runbook
    </a>
  );
}
