/** What can be wrong with the audit log, as `holt audit verify` names it. */
export type AuditFaultKind =
  /** An entry was changed after it was written. */
  | "edited"
  /** An entry is gone; its link is there. */
  | "missing"
  /** One or more positions are gone. */
  | "gap"
  /** Entries stand at each other's positions. */
  | "reordered"
  /** A link doesn't follow from the one before. */
  | "broken"
  /** An entry was put in beside the chain. */
  | "unlinked"
  /** What the chain begins with is gone. */
  | "origin"
  /** The chain is shorter than it was at a checkpoint. */
  | "cut"
  /** The chain isn't the one that a checkpoint was made of. */
  | "rebuilt"
  /** A checkpoint isn't what the key signed, or doesn't follow the one before. */
  | "checkpoint";

export interface AuditFault {
  kind: AuditFaultKind;
  /** In the chain; null when it has none, as an entry beside it. */
  position: number | null;
  /** Id of the entry; null when it is about no single one. */
  entry: number | null;
  /** `place: what is wrong`, in a sentence. */
  message: string;
}

/** Most faults that are kept; all are counted. */
const MOST = 100;

/** Gathers faults in flat memory. */
export class AuditFaults {
  readonly #list: AuditFault[] = [];
  count = 0;

  add(fault: AuditFault): void {
    this.count++;
    if (this.#list.length < MOST) this.#list.push(fault);
  }

  /** By position; what has none comes last. */
  inOrder(): AuditFault[] {
    return this.#list.toSorted((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  }
}
