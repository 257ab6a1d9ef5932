import { useState } from "react";
import type { Incident, NewActionVerdict } from "../../core/api.ts";
import type { IncidentAction } from "../../core/incident-action.ts";
import { actionSentence, canSettle } from "../../core/incident-action-words.ts";
import { request } from "../lib/request.ts";
import { useMay } from "../lib/session.ts";
import { Moment } from "./moment.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const VERDICTS = {
  undo: { label: "Undo", what: "What was before holds again within seconds." },
  keep: { label: "Have it stay", what: "It stays as it is, also when the cause is gone." },
} as const;

/** What Holt did about an incident by itself; who may undoes it, or has it stay. Nothing where it did nothing. */
export function IncidentActions({ incident, reload }: { incident: Incident; reload(): Promise<void> }) {
  const may = useMay("rollback");
  if (incident.actions.length === 0) return null;
  return (
    <section aria-label="What Holt did">
      <h2>What Holt did</h2>
      <ul>
        {incident.actions.map((action) => (
          <li key={action.name}>
            <Moment at={action.at} />: {actionSentence(action)}.{" "}
            {action.runId !== null && <a href={`/runs/${encodeURIComponent(action.runId)}`}>Its run</a>}
            {may && canSettle(action) && <Settle incidentId={incident.id} action={action} reload={reload} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SettleProps {
  incidentId: number;
  action: IncidentAction;
  reload(): Promise<void>;
}

function Settle({ incidentId, action, reload }: SettleProps) {
  const [asked, setAsked] = useState<NewActionVerdict["verdict"]>();
  const offered = action.state === "kept" ? (["undo"] as const) : (["undo", "keep"] as const);

  async function settle(reason: string) {
    const body: NewActionVerdict = { verdict: asked ?? "undo", reason };
    const name = encodeURIComponent(action.name);
    await request("POST", `/api/incidents/${incidentId}/actions/${name}`, { body });
    await reload();
  }

  return (
    <div className="actions">
      {offered.map((verdict) => (
        <button key={verdict} type="button" className="button" onClick={() => setAsked(verdict)}>
          {VERDICTS[verdict].label}…
        </button>
      ))}
      {asked && (
        <ReasonDialog
          title={`${VERDICTS[asked].label}: ${action.name}?`}
          reasonRequired
          confirmLabel={VERDICTS[asked].label}
          onConfirm={settle}
          onClose={() => setAsked(undefined)}
        >
          {VERDICTS[asked].what}
        </ReasonDialog>
      )}
    </div>
  );
}
