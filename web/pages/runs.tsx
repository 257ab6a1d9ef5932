import { useState } from "react";
import { isUnderWay } from "../../core/allowed.ts";
import type { ModelSummary, RunSummary } from "../../core/api.ts";
import { RUN_STATES } from "../../core/steps.ts";
import { useResource } from "../lib/resource.ts";
import { navigate, useAddress } from "../lib/router.ts";
import { useMay } from "../lib/session.ts";
import { RUN_LOOKS, runLook, STARTED_BY } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Moment, Took } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";
import { StartRun } from "./start-run.tsx";

/** All runs, newest first; model and state are in the address. */
export function RunsPage() {
  const { query } = useAddress();
  const model = query.get("model") ?? "";
  const state = query.get("state") ?? "";
  const asked = new URLSearchParams({ ...(model && { model }), ...(state && { state }) }).toString();
  const runs = useResource<RunSummary[]>(`/api/runs${asked && `?${asked}`}`, (list) =>
    list.some((run) => isUnderWay(run.state)) ? 2_000 : 5_000,
  );
  const models = useResource<ModelSummary[]>("/api/models");
  const [starting, setStarting] = useState(false);
  const mayStart = useMay("submit") && (models.value?.length ?? 0) > 0;
  return (
    <Page
      title="Runs"
      aside={
        mayStart && (
          <button type="button" className="button primary" onClick={() => setStarting(true)}>
            Start a run
          </button>
        )
      }
    >
      <search className="filters" aria-label="Filter the runs">
        <Filter
          label="Model"
          value={model}
          options={(models.value ?? []).map(({ name }) => [name, name])}
          onChange={(chosen) => go({ model: chosen, state })}
        />
        <Filter
          label="State"
          value={state}
          options={RUN_STATES.map((each) => [each, RUN_LOOKS[each].label])}
          onChange={(chosen) => go({ model, state: chosen })}
        />
      </search>
      <Loaded from={runs}>
        {(list) =>
          list.length === 0 ? (
            <Empty>
              {asked ? "No run fits this filter." : "There was no run yet. Start one here, or with "}
              {!asked && <code>holt run</code>}
            </Empty>
          ) : (
            <RunTable runs={list} />
          )
        }
      </Loaded>
      {starting && (
        <StartRun models={(models.value ?? []).map(({ name }) => name)} onClose={() => setStarting(false)} />
      )}
    </Page>
  );
}

function RunTable({ runs }: { runs: RunSummary[] }) {
  return (
    <Table
      label="Runs"
      head={
        <>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Opened</th>
          <th scope="col">Took</th>
          <th scope="col" className="wide-only">
            Started by
          </th>
          <th scope="col" className="wide-only">
            Why it ended so
          </th>
        </>
      }
    >
      {runs.map((run) => (
        <tr key={run.id}>
          <th scope="row">
            <a href={`/runs/${encodeURIComponent(run.id)}`}>{run.id}</a>
            {run.baselineOnly && <div className="muted small">popularity list only</div>}
          </th>
          <td>
            <Badge look={runLook(run)} />
          </td>
          <td>
            <Moment at={run.openedAt} />
          </td>
          <td>
            <Took from={run.openedAt} to={run.finishedAt} />
          </td>
          <td className="wide-only">{run.startedBy ?? STARTED_BY[run.trigger]}</td>
          <td className="wide-only">{run.outcomeReason}</td>
        </tr>
      ))}
    </Table>
  );
}

function Filter(props: {
  label: string;
  value: string;
  options: (readonly [string, string])[];
  onChange(value: string): void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        <option value="">all</option>
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function go(filter: Record<string, string>): void {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "")).toString();
  navigate(`/runs${query && `?${query}`}`, "replace");
}
