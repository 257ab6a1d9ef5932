import { useState } from "react";
import type { SetAsideRow } from "../../core/api.ts";
import { formatCount } from "../lib/format.ts";
import { useResource } from "../lib/resource.ts";
import { Empty } from "../parts/notice.tsx";
import { Loaded } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

/** Shown at first; then as many as the server gives at once. */
const FIRST = 20;
const MOST = 1_000;

/** Rows that ingest didn't take, each with its line and reason, so that somebody can mend the file. */
export function SetAside({ at }: { at: string }) {
  const [limit, setLimit] = useState(FIRST);
  const rows = useResource<SetAsideRow[]>(`/api${at}/set-aside?limit=${limit}`);
  return (
    <section aria-labelledby="set-aside">
      <h2 id="set-aside">Rows set aside</h2>
      <Loaded from={rows}>
        {(list) =>
          list.length === 0 ? (
            <Empty>None. Every row was taken.</Empty>
          ) : (
            <>
              <Rows rows={list} />
              {list.length === FIRST && (
                <button type="button" className="button" onClick={() => setLimit(MOST)}>
                  Show more
                </button>
              )}
              {list.length === MOST && <p className="muted">These are the first {formatCount(MOST)}.</p>}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function Rows({ rows }: { rows: SetAsideRow[] }) {
  return (
    <Table
      label="Rows set aside"
      head={
        <>
          <th scope="col">Source</th>
          <th scope="col" className="number">
            Line
          </th>
          <th scope="col">Why</th>
          <th scope="col">The row</th>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={`${row.source} ${row.line}`}>
          <td>{row.source}</td>
          <td className="number">{formatCount(row.line)}</td>
          <td>{row.reason}</td>
          <td>
            <code className="raw">{row.raw}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}
