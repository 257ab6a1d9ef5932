import { useState } from "react";
import type { SetAsideRow } from "../../core/api.ts";
import { formatCount, plural } from "../lib/format.ts";
import { useResource } from "../lib/resource.ts";
import { Empty } from "../parts/notice.tsx";
import { Loaded } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

const SHOWN = 20;

/** Rows that ingest didn't take, each with its line and reason, so that somebody can mend the file. */
export function SetAside({ at }: { at: string }) {
  const rows = useResource<SetAsideRow[]>(`/api${at}/set-aside`);
  return (
    <section aria-labelledby="set-aside">
      <h2 id="set-aside">Rows set aside</h2>
      <Loaded from={rows}>
        {(list) => (list.length === 0 ? <Empty>None. Every row was taken.</Empty> : <Rows rows={list} />)}
      </Loaded>
    </section>
  );
}

function Rows({ rows }: { rows: SetAsideRow[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <>
      <Table
        label={plural(rows.length, "row set aside", "rows set aside")}
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
        {shown.map((row) => (
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
      {!all && rows.length > SHOWN && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          Show all {formatCount(rows.length)}
        </button>
      )}
    </>
  );
}
