import type { Incident } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { navigate, useAddress } from "../lib/router.ts";
import { INCIDENT_LOOKS } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

/** Hidden failures that the monitor found, newest first; model and state are in the address. */
export function IncidentsPage() {
  const { query } = useAddress();
  const model = query.get("model") ?? "";
  const state = query.get("state") ?? "";
  const asked = new URLSearchParams({ ...(model && { model }), ...(state && { state }) }).toString();
  const incidents = useResource<Incident[]>(`/api/incidents${asked && `?${asked}`}`, () => 5_000);

  function go(chosen: string) {
    const next = new URLSearchParams({
      ...(model && { model }),
      ...(chosen && { state: chosen }),
    }).toString();
    navigate(`/incidents${next && `?${next}`}`, "replace");
  }

  return (
    <Page title={model ? `Incidents of ${model}` : "Incidents"}>
      <search className="filters" aria-label="Filter the incidents">
        <label>
          State
          <select value={state} onChange={(event) => go(event.target.value)}>
            <option value="">all</option>
            {Object.entries(INCIDENT_LOOKS).map(([value, look]) => (
              <option key={value} value={value}>
                {look.label}
              </option>
            ))}
          </select>
        </label>
        {model && <a href="/incidents">All models</a>}
      </search>
      <Loaded from={incidents}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{asked ? "No incident fits this filter." : "There was no incident."}</Empty>
          ) : (
            <IncidentTable incidents={list} />
          )
        }
      </Loaded>
    </Page>
  );
}

function IncidentTable({ incidents }: { incidents: Incident[] }) {
  return (
    <Table
      label="Incidents"
      head={
        <>
          <th scope="col">Incident</th>
          <th scope="col">State</th>
          <th scope="col">Cause</th>
          <th scope="col">Model</th>
          <th scope="col">Opened</th>
          <th scope="col" className="wide-only">
            Last seen
          </th>
        </>
      }
    >
      {incidents.map((incident) => (
        <tr key={incident.id}>
          <th scope="row">
            <a href={`/incidents/${incident.id}`}>{incident.title}</a>
          </th>
          <td>
            <Badge look={INCIDENT_LOOKS[incident.state]} />
          </td>
          <td>
            <code>{incident.cause}</code>
          </td>
          <td>{incident.model}</td>
          <td>
            <Moment at={incident.openedAt} />
          </td>
          <td className="wide-only">
            <Moment at={incident.lastSeenAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
