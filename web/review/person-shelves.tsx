import type { Preview } from "../../core/qa-report.ts";
import { tellTaken } from "../../core/rule-words.ts";
import { CHANGE_MARKS, GONE_MARK, Shelf } from "./shelf.tsx";
import { type ShelfColumn, ShelfTabs } from "./shelf-tabs.tsx";
import { goneItems, tellShelf } from "./shelf-words.ts";

/** What this person chose before is shown so far back. */
const HISTORY_SHOWN = 8;

/** One person: what they chose, what they see today, and what they would see. */
export function PersonShelves({ preview }: { preview: Preview }) {
  const gone = goneItems(preview);
  const { taken = [], rulesUnmet = [] } = preview;
  const goneIds = new Set(gone.map(({ itemId }) => itemId));
  const columns: ShelfColumn[] = [
    ...(preview.champion
      ? [
          {
            key: "live",
            title: "Live now",
            isProposed: false,
            content: (
              <Shelf
                items={preview.champion}
                markOf={({ itemId }) => (goneIds.has(itemId) ? GONE_MARK : undefined)}
              />
            ),
          },
        ]
      : []),
    {
      key: "proposed",
      title: "Proposed",
      isProposed: true,
      content: (
        <Shelf
          items={preview.candidate}
          markOf={({ change }) => (change ? CHANGE_MARKS[change] : undefined)}
        />
      ),
    },
    {
      key: "baseline",
      title: "Popularity list",
      isProposed: false,
      content: <Shelf items={preview.baseline} markOf={() => undefined} />,
    },
  ];
  return (
    <article className="card shelf-card" aria-label={`Person ${preview.user}`}>
      <div>
        <h3>Person {preview.user}</h3>
        {preview.note && <p className="note">{preview.note}</p>}
      </div>
      <History items={preview.history} />
      <div role="status">
        <p>
          <strong>{tellShelf(preview)}</strong>
        </p>
        {gone.length > 0 && (
          <p className="muted small">No longer shown: {gone.map(({ title }) => title).join(" · ")}</p>
        )}
        {taken.length > 0 && <p className="muted small">Taken away by rules: {tellTaken(taken)}</p>}
        {rulesUnmet.length > 0 && (
          <p className="small">Too few items for these rules: {rulesUnmet.join(", ")}</p>
        )}
      </div>
      <ShelfTabs columns={columns} label={`Lists of person ${preview.user}`} />
    </article>
  );
}

/** The latest first; the report has the newest few, so how many there are in all is not known here. */
function History({ items }: { items: Preview["history"] }) {
  if (items.length === 0) return <p className="muted">Has chosen nothing yet, or nobody has this id.</p>;
  return (
    <div className="history">
      <p className="muted small">Chose before, the latest first</p>
      <ul>
        {items.slice(0, HISTORY_SHOWN).map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a person may have chosen the same twice, and the list never changes
          <li key={index}>
            {item.title}
            {item.genre !== null && <span className="muted"> ({item.genre})</span>}
          </li>
        ))}
        {items.length > HISTORY_SHOWN && <li className="muted">and more before these</li>}
      </ul>
    </div>
  );
}
