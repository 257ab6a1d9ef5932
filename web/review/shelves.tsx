import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Preview, QaReport } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";
import { useResource } from "../lib/resource.ts";
import { navigate, useAddress } from "../lib/router.ts";
import { Loaded } from "../parts/page.tsx";
import { PersonShelves } from "./person-shelves.tsx";

/** What real people would see: somebody whom the definition names, or any other by id; the address says who. */
export function Shelves(props: { runId: string; report: QaReport; onSeen(user: string): void }) {
  const { runId, report, onSeen } = props;
  const { path, query } = useAddress();
  const asked = query.get("user");
  const named = report.previews.find(({ user }) => user === asked);
  const shown = asked === null ? report.previews[0] : named;
  const hrefOf = (user: string) => `${path}?user=${encodeURIComponent(user)}`;
  return (
    <section aria-labelledby="shelves" className="shelf-section">
      <h2 id="shelves">What people would see</h2>
      {report.rules && report.rules.length > 0 && (
        <details className="rules-told">
          <summary>
            {plural(report.rules.length, "editorial rule")} of this release: all lists are after{" "}
            {report.rules.length === 1 ? "it" : "them"}
          </summary>
          <ul>
            {report.rules.map(({ name, says }) => (
              <li key={name}>
                {says} <span className="muted small">{name}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {report.previews.length > 0 && (
        <nav aria-label="People" className="people">
          <ul>
            {report.previews.map(({ user, note }) => (
              <li key={user}>
                <a href={hrefOf(user)} aria-current={user === shown?.user ? "true" : undefined} title={note}>
                  <span className="person-id">{user}</span>
                  {note && <span className="person-note">{note}</span>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <AnyPerson asked={named ? "" : (asked ?? "")} onAsk={(user) => navigate(hrefOf(user))} />
      {asked !== null && !named ? (
        <Asked key={asked} runId={runId} user={asked} onSeen={onSeen} />
      ) : shown ? (
        <Seen key={shown.user} preview={shown} onSeen={onSeen} />
      ) : (
        <p className="empty">
          The definition names nobody to look at (<code>qa.preview</code>). Type in the id of somebody you
          know.
        </p>
      )}
    </section>
  );
}

function AnyPerson({ asked, onAsk }: { asked: string; onAsk(user: string): void }) {
  const id = useId();
  const [user, setUser] = useState(asked);
  // follows the address without being made anew, which would take the focus away
  useEffect(() => setUser(asked), [asked]);
  function show(event: FormEvent) {
    event.preventDefault();
    if (user.trim() !== "") onAsk(user.trim());
  }
  return (
    <form className="any-person" onSubmit={show}>
      <label htmlFor={id}>Anybody else, by id</label>
      <div className="field-and-button">
        <input
          id={id}
          value={user}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setUser(event.target.value)}
        />
        <button type="submit" className="button">
          Show
        </button>
      </div>
    </form>
  );
}

/** Somebody whom the report doesn't hold: their lists are made now. */
function Asked(props: { runId: string; user: string; onSeen(user: string): void }) {
  const { runId, user, onSeen } = props;
  const preview = useResource<Preview>(
    `/api/runs/${encodeURIComponent(runId)}/preview?user=${encodeURIComponent(user)}`,
  );
  return <Loaded from={preview}>{(value) => <Seen preview={value} onSeen={onSeen} />}</Loaded>;
}

/** Counts as looked at once it came into view, and as nothing before. */
function Seen(props: { preview: Preview; onSeen(user: string): void }) {
  const { preview, onSeen } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      onSeen(preview.user);
      observer.disconnect();
    });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, [preview.user, onSeen]);
  return (
    <div ref={place}>
      <PersonShelves preview={preview} />
    </div>
  );
}
