import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useNarrow } from "../lib/screen.ts";

export interface ShelfColumn {
  key: string;
  title: string;
  isProposed: boolean;
  content: ReactNode;
}

/** Lists side by side; on a phone one at a time, by tabs that the arrow keys move between. */
export function ShelfTabs({ columns, label }: { columns: ShelfColumn[]; label: string }) {
  return useNarrow() ? <Tabs columns={columns} label={label} /> : <SideBySide columns={columns} />;
}

function SideBySide({ columns }: { columns: ShelfColumn[] }) {
  return (
    <div className="shelves">
      {columns.map(({ key, title, isProposed, content }) => (
        <div key={key} className={isProposed ? "shelf proposed" : "shelf"}>
          <h4>{title}</h4>
          {content}
        </div>
      ))}
    </div>
  );
}

/** The pattern "tabs" of ARIA's authoring practices, with automatic activation. */
function Tabs({ columns, label }: { columns: ShelfColumn[]; label: string }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState(() => columns.find(({ isProposed }) => isProposed)?.key);
  const selected = columns.find(({ key }) => key === wanted) ?? columns[0];

  function onKey(event: KeyboardEvent) {
    const here = columns.findIndex(({ key }) => key === selected?.key);
    const last = columns.length - 1;
    const next = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setWanted(columns[next]?.key);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  }

  return (
    <>
      <div ref={list} className="shelf-tabs" role="tablist" aria-label={label} onKeyDown={onKey}>
        {columns.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-selected={key === selected?.key}
            aria-controls={`${id}-panel`}
            tabIndex={key === selected?.key ? 0 : -1}
            onClick={() => setWanted(key)}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        className={selected?.isProposed ? "shelf proposed" : "shelf"}
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${selected?.key}`}
      >
        {selected?.content}
      </div>
    </>
  );
}
