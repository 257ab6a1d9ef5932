import { useState } from "react";
import type { ShelfItem } from "../../core/qa-report.ts";
import { placedBy } from "../../core/rule-words.ts";
import { isPicture } from "./shelf-words.ts";

/** How an item stands against the other shelf, as a sign and a word. */
export interface Mark {
  sign: string;
  word: string;
  tone: "good" | "warn" | "quiet";
}

/** Marks of the proposed shelf, against what is live. */
export const CHANGE_MARKS: Record<NonNullable<ShelfItem["change"]>, Mark | undefined> = {
  new: { sign: "+", word: "new", tone: "good" },
  up: { sign: "↑", word: "higher", tone: "quiet" },
  down: { sign: "↓", word: "lower", tone: "quiet" },
  same: undefined,
};

/** Mark of today's shelf for what the proposed one leaves out. */
export const GONE_MARK: Mark = { sign: "−", word: "goes", tone: "warn" };

/** One list as a person would see it: place, picture, title, genre, why it is there, and what changes. */
export function Shelf(props: { items: ShelfItem[]; markOf(item: ShelfItem): Mark | undefined }) {
  if (props.items.length === 0) return <p className="empty">An empty list.</p>;
  // where some have pictures, the others keep their place free: titles stand below each other
  const isPictured = props.items.some(({ picture }) => isPicture(picture));
  return (
    <ol className={isPictured ? "shelf-items pictured" : "shelf-items"}>
      {props.items.map((item, index) => (
        <Item key={item.itemId} item={item} place={index + 1} mark={props.markOf(item)} />
      ))}
    </ol>
  );
}

function Item({ item, place, mark }: { item: ShelfItem; place: number; mark: Mark | undefined }) {
  const placed = placedBy(item);
  return (
    <li className={mark ? `marked-${mark.tone}` : ""}>
      <span className="place">{place}</span>
      {isPicture(item.picture) && <Picture address={item.picture} />}
      <div className="item">
        <span className="item-title">{item.title}</span>
        {mark && (
          <em className={`mark mark-${mark.tone}`}>
            <span aria-hidden="true">{mark.sign}</span> {mark.word}
          </em>
        )}
        {item.genre !== null && <span className="muted small">{item.genre}</span>}
        {placed !== "" && (
          <span className="small by-rule">
            <span aria-hidden="true">§</span> {placed}
          </span>
        )}
        {item.because.length > 0 && (
          <span className="muted small">because of {item.because.map(({ title }) => title).join(", ")}</span>
        )}
      </div>
    </li>
  );
}

/** The title beside it says what it is; one that doesn't come leaves its place free. */
function Picture({ address }: { address: string }) {
  const [isLost, setIsLost] = useState(false);
  if (isLost) return <span className="picture" />;
  return (
    <img
      className="picture"
      src={address}
      alt=""
      width={36}
      height={52}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setIsLost(true)}
    />
  );
}
