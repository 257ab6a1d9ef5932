import type { AuditFaults } from "../core/audit-faults.ts";
import type { ChainLink } from "../db/audit-chain.ts";
import { sha256 } from "../store/digest.ts";

type FullLink = ChainLink & { text: string };

/** Enough to see who changed places with whom; of more than these it is only said that they were changed. */
const MOST_COMPARED = 200;

/** What a link's hash must be, if its entry says `text`. */
export function hashOfLink(link: Pick<ChainLink, "previousHash" | "position">, text: string): string {
  return sha256(`${link.previousHash}\n${link.position}\n${text}`);
}

/** Links whose entry isn't the one that was hashed: changed, or another's. In flat memory. */
export class ChangedEntries {
  readonly #kept: FullLink[] = [];

  /** Beyond that many it is a fault at once. */
  add(link: FullLink, faults: AuditFaults): void {
    if (this.#kept.length < MOST_COMPARED) this.#kept.push(link);
    else addEdited(link, faults);
  }

  addTo(faults: AuditFaults): void {
    for (const link of this.#kept) {
      const { position, auditId: entry } = link;
      const other = this.#kept.find((candidate) => candidate !== link && changedPlaces(link, candidate));
      if (!other) addEdited(link, faults);
      else
        faults.add({
          kind: "reordered",
          position,
          entry,
          message: `position ${position}: holds what was at position ${other.position}; they were moved`,
        });
    }
  }
}

function addEdited({ position, auditId: entry }: ChainLink, faults: AuditFaults): void {
  const message = `position ${position}: its entry ${entry} was changed after it was written`;
  faults.add({ kind: "edited", position, entry, message });
}

/** The link's hash fits the other's entry, or its own entry at the other's position. */
function changedPlaces(link: FullLink, other: FullLink): boolean {
  return (
    hashOfLink(link, other.text) === link.hash ||
    hashOfLink({ previousHash: link.previousHash, position: other.position }, link.text) === link.hash
  );
}
