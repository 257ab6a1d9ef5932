import { safePicture } from "../../core/picture.ts";
import type { Preview, ShelfItem } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";

/** Items that today's shelf shows and the proposed one doesn't, in today's order. */
export function goneItems({ champion, candidate }: Pick<Preview, "champion" | "candidate">): ShelfItem[] {
  const stays = new Set(candidate.map(({ itemId }) => itemId));
  return (champion ?? []).filter(({ itemId }) => !stays.has(itemId));
}

/** What changes on one person's shelf, in a sentence. */
export function tellShelf(preview: Pick<Preview, "champion" | "candidate">): string {
  const { champion, candidate } = preview;
  if (!champion) return "Nothing is live yet, so there is nothing to compare with.";
  const count = (...changes: ShelfItem["change"][]) =>
    candidate.filter(({ change }) => changes.includes(change)).length;
  const gone = goneItems(preview).length;
  const [added, moved, same] = [count("new"), count("up", "down"), count("same")];
  if (added + gone + moved === 0) return "Nothing changes for this person.";
  const parts = [
    added > 0 ? `${plural(added, "title")} ${added === 1 ? "is" : "are"} new` : "",
    gone > 0 ? `${gone} ${gone === 1 ? "goes" : "go"}` : "",
    moved > 0 ? `${moved} ${moved === 1 ? "moves" : "move"}` : "",
    same > 0 ? `${same} ${same === 1 ? "stays where it is" : "stay where they are"}` : "",
  ].filter(Boolean);
  return `${parts.join(", ")}.`;
}

/** Whether the pages may show this picture: one of Holt's own, or over https; never another kind of address. */
export function isPicture(address: string | null): address is string {
  return address !== null && safePicture(address) === address && !/^http:/i.test(address);
}
