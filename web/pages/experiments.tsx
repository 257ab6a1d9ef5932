import type { ListedExperiment } from "../../core/experiment/report.ts";
import { experimentLook } from "../experiment/looks.ts";
import { useResource } from "../lib/resource.ts";
import { navigate, useAddress } from "../lib/router.ts";
import { Badge } from "../parts/badge.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

/** Versions compared among real people, the newest first; model and state are in the address. */
export function ExperimentsPage() {
  const { query } = useAddress();
  const model = query.get("model") ?? "";
  const state = query.get("state") ?? "";
  const asked = queryOf({ model, state });
  const experiments = useResource<ListedExperiment[]>(`/api/experiments${asked}`, () => 5_000);
  return (
    <Page title={model ? `Experiments of ${model}` : "Experiments"}>
      <search className="filters" aria-label="Filter the experiments">
        <label>
          State
          <select
            value={state}
            onChange={(event) =>
              navigate(`/experiments${queryOf({ model, state: event.target.value })}`, "replace")
            }
          >
            <option value="">all</option>
            <option value="running">Running</option>
            <option value="ended">Ended</option>
          </select>
        </label>
        {model && <a href="/experiments">All models</a>}
      </search>
      <Loaded from={experiments}>
        {(list) =>
          list.length === 0 ? (
            <Empty>
              {asked ? (
                "No experiment fits this filter."
              ) : (
                <>
                  There was no experiment. Write a plan and begin with <code>holt experiment start</code>.
                </>
              )}
            </Empty>
          ) : (
            <ExperimentTable experiments={list} />
          )
        }
      </Loaded>
    </Page>
  );
}

function queryOf(parts: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== "")).toString();
  return query && `?${query}`;
}

function ExperimentTable({ experiments }: { experiments: ListedExperiment[] }) {
  return (
    <Table
      label="Experiments"
      head={["Experiment", "State", "Decided by", "What is known", "Since"].map((title) => (
        <th scope="col" key={title}>
          {title}
        </th>
      ))}
    >
      {experiments.map(({ experiment, look, waitsFor }) => (
        <tr key={experiment.id}>
          <th scope="row">
            <a href={`/experiments/${encodeURIComponent(experiment.id)}`}>{experiment.id}</a>
            <div className="muted small">{experiment.plan.arms.map(({ name }) => name).join(" · ")}</div>
          </th>
          <td>
            <Badge look={experimentLook(experiment, look, waitsFor)} />
          </td>
          <td>{experiment.plan.primary.metric}</td>
          <td className="found">{experiment.endReason ?? look?.reason ?? "Not looked at yet."}</td>
          <td>
            <Moment at={experiment.startedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
