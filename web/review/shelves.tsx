import type { Preview } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";
import { Empty } from "../parts/notice.tsx";
import { countNew, type MarkedItem, markDifferences } from "./shelf.ts";

const MARKS: Record<MarkedItem["mark"], string> = { same: "", up: "higher", down: "lower", only_here: "new" };
const HISTORY_SHOWN = 8;

/** What real people would see: live now, proposed and popularity list side by side. */
export function Shelves({ previews, candidate }: { previews: Preview[]; candidate: string }) {
  return (
    <section aria-labelledby="shelves">
      <h2 id="shelves">What people would see</h2>
      {previews.length === 0 ? (
        <Empty>The definition names nobody to preview; list people under qa.preview.</Empty>
      ) : (
        previews.map((preview) => <ShelfCard key={preview.user} preview={preview} candidate={candidate} />)
      )}
    </section>
  );
}

function ShelfCard({ preview, candidate }: { preview: Preview; candidate: string }) {
  const before = preview.champion ?? preview.baseline;
  const beforeName = preview.champion ? "what is live now" : "the popularity list";
  const different = countNew(preview.candidate, before);
  return (
    <article className="card shelf-card" aria-label={`Person ${preview.user}`}>
      <h3>Person {preview.user}</h3>
      <History items={preview.history} />
      <p>
        {different === 0
          ? `The same items as with ${beforeName}.`
          : `${plural(different, "item", "items")} of ${preview.candidate.length} would be new against ${beforeName}.`}
      </p>
      <div className="shelves">
        {preview.champion && (
          <Shelf
            title="Live now"
            items={markDifferences(preview.champion, preview.candidate)}
            marks={{ ...NO_MARKS, only_here: "goes" }}
          />
        )}
        <Shelf
          title={`Proposed: ${candidate}`}
          items={markDifferences(preview.candidate, before)}
          marks={MARKS}
          isProposed
        />
        <Shelf
          title="Popularity list"
          items={markDifferences(preview.baseline, undefined)}
          marks={NO_MARKS}
        />
      </div>
    </article>
  );
}

const NO_MARKS: Record<MarkedItem["mark"], string> = { same: "", up: "", down: "", only_here: "" };

function History({ items }: { items: Preview["history"] }) {
  if (items.length === 0) return <p className="muted">Has chosen nothing yet.</p>;
  return (
    <div className="history">
      <p className="muted">
        Chose before {items.length > HISTORY_SHOWN ? `(${HISTORY_SHOWN} of ${items.length})` : ""}
      </p>
      <ul>
        {items.slice(-HISTORY_SHOWN).map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a person may have watched the same twice, and the list never changes
          <li key={`${item.itemId} ${index}`}>{item.title}</li>
        ))}
      </ul>
    </div>
  );
}

function Shelf(props: {
  title: string;
  items: MarkedItem[];
  marks: Record<MarkedItem["mark"], string>;
  isProposed?: boolean;
}) {
  return (
    <div className={props.isProposed ? "shelf proposed" : "shelf"}>
      <h4>{props.title}</h4>
      {props.items.length === 0 ? (
        <Empty>An empty list.</Empty>
      ) : (
        <ol>
          {props.items.map((item) => (
            <li key={item.itemId} className={`mark-${props.marks[item.mark] || "none"}`}>
              <span>{item.title}</span>
              {props.marks[item.mark] && <em className="mark">{props.marks[item.mark]}</em>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
