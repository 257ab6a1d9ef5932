import type { AuditRecord, ModelSummary } from "../../core/api.ts";
import { useResource } from "../lib/resource.ts";
import { navigate, useAddress } from "../lib/router.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

/** As many as the API answers at most. */
const MOST = 500;

/** The log that only grows, as sentences, newest first; the model is in the address. For those who may read it. */
export function AuditPage() {
  const model = useAddress().query.get("model") ?? "";
  const asked = model && `?${new URLSearchParams({ model })}`;
  const entries = useResource<AuditRecord[]>(`/api/audit${asked}`, () => 5_000);
  const models = useResource<ModelSummary[]>("/api/models");
  // the one that the address names stands there, too, when there is no such model
  const names = [...new Set([...(models.value ?? []).map(({ name }) => name), ...(model ? [model] : [])])];
  return (
    <Page title={model ? `Audit log of ${model}` : "Audit log"}>
      <search className="filters" aria-label="Filter the audit log">
        <label>
          Model
          <select
            value={model}
            onChange={({ target: { value } }) =>
              navigate(`/audit${value && `?${new URLSearchParams({ model: value })}`}`, "replace")
            }
          >
            <option value="">all</option>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </search>
      <Loaded from={entries}>
        {(list) =>
          list.length === 0 ? (
            <Empty>{model ? "Nothing is written about this model." : "Nothing is written yet."}</Empty>
          ) : (
            <>
              <Entries entries={list} />
              <p className="muted small">
                {list.length === MOST && `The newest ${MOST}; older ones by `}
                {list.length === MOST && <code>holt audit</code>}
                {list.length === MOST && ". "}
                What happened to one version is told by <code>holt audit show</code>; whether anything was
                changed afterwards, by <code>holt audit verify</code>.
              </p>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Entries({ entries }: { entries: AuditRecord[] }) {
  return (
    <Table
      label="Entries of the audit log, the newest first"
      head={
        <>
          <th scope="col" className="wide-only">
            When
          </th>
          <th scope="col">What</th>
          <th scope="col" className="wide-only">
            About
          </th>
        </>
      }
    >
      {entries.map((entry) => (
        <tr key={entry.id}>
          <td className="wide-only">
            <Moment at={entry.at} />
          </td>
          <td>
            {entry.sentence}.
            <div className="muted small narrow-only">
              <Moment at={entry.at} />
            </div>
          </td>
          <td className="wide-only about">
            {entry.model !== null && <div>{entry.model}</div>}
            <Subject subject={entry.subject} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What is a run leads there. */
function Subject({ subject }: { subject: string }) {
  const [, run] = /^run (.+)$/.exec(subject) ?? [];
  const [, kind, digest] = /^(.*?)([0-9a-f]{64})$/.exec(subject) ?? [];
  if (run !== undefined) return <a href={`/runs/${encodeURIComponent(run)}`}>{subject}</a>;
  return (
    <span className="muted small" title={digest}>
      {digest === undefined ? subject : `${kind}${digest.slice(0, 12)}…`}
    </span>
  );
}
