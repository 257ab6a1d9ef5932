import type { Incident, MonitorRun } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { VERDICT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { ModelTabs } from "../parts/model-tabs.tsx";
import { Age, Moment } from "../parts/moment.tsx";
import { MonitorChecks } from "../parts/monitor-checks.tsx";
import { Empty, Notice } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

/** What the monitor saw last, and before. */
export function MonitorPage({ model }: { model: string }) {
  const name = encodeURIComponent(model);
  const runs = useResource<MonitorRun[]>(`/api/models/${name}/monitor`, () => 5_000);
  const incidents = useResource<Incident[]>(`/api/incidents?model=${name}`, () => 5_000);
  const unresolved = (incidents.value ?? []).filter((incident) => incident.state !== "resolved");
  return (
    <Page title={`Monitor of ${model}`} crumbs={[{ href: "/", label: "Models" }]}>
      <ModelTabs model={model} here="monitor" />
      {unresolved.map((incident) => (
        <Notice key={incident.id} tone="bad" icon="alert" title={incident.title}>
          <p>
            For <Age at={incident.openedAt} />. <a href={`/incidents/${incident.id}`}>Open the incident</a>
          </p>
        </Notice>
      ))}
      <Loaded from={runs}>
        {(list) => {
          const [last] = list;
          if (!last)
            return (
              <Empty>
                The monitor has not looked yet. It does so by its schedule once a version is live.
              </Empty>
            );
          return (
            <>
              <div className="section-head">
                <h2>Latest measurement</h2>
                <p className="muted">
                  <Moment at={last.at} />
                  {last.version !== null && `, version ${last.version}`}
                </p>
              </div>
              <MonitorChecks checks={last.checks} />
              <h2>All measurements</h2>
              <Measurements runs={list} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Measurements({ runs }: { runs: MonitorRun[] }) {
  return (
    <Table
      label="All measurements"
      head={
        <>
          <th scope="col">When</th>
          <th scope="col">Verdict</th>
          <th scope="col" className="number">
            Version
          </th>
          <th scope="col">What failed</th>
        </>
      }
    >
      {runs.map((run) => (
        <tr key={run.id}>
          <td>
            <Moment at={run.at} />
          </td>
          <td>
            <Badge look={VERDICT_LOOKS[run.verdict]} />
          </td>
          <td className="number">{run.version}</td>
          <td>
            {run.checks
              .filter((check) => check.verdict === "fail")
              .map((check) => check.title)
              .join(", ")}
          </td>
        </tr>
      ))}
    </Table>
  );
}
