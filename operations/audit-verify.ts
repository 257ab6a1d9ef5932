import type { Transaction } from "kysely";
import type { Checkpoint } from "../core/audit-checkpoint.ts";
import { type AuditFault, AuditFaults } from "../core/audit-faults.ts";
import { atOneMoment, findChainHead, listUnlinked, readLinks } from "../db/audit-chain.ts";
import type { Database } from "../db/connection.ts";
import type { Tables } from "../db/tables.ts";
import { sha256 } from "../store/digest.ts";
import { ChangedEntries, hashOfLink } from "./audit-changed-entries.ts";
import { checkCheckpoints } from "./audit-checkpoint-file.ts";
import type { PublicKeys } from "./audit-keys.ts";

export interface AuditVerification {
  intact: boolean;
  databaseId: string;
  /** Length of the chain. */
  entries: number;
  /** Checkpoints that the keys signed; 0 without any, and then a cut tail or a rebuilt chain cannot be seen. */
  checkpoints: number;
  newestCheckpoint: { position: number; at: string } | null;
  /** The first hundred, in the chain's order. */
  faults: AuditFault[];
  faultCount: number;
}

const MOST_UNLINKED = 100;

/**
 * Reads the whole audit log as of one moment and says what was changed in it. Changes nothing; memory stays flat.
 * @param outside the lines of the checkpoints' file, and the keys that may have signed them
 */
export function verifyAudit(
  { db }: Database,
  outside?: { lines: readonly string[]; keys: PublicKeys },
): Promise<AuditVerification> {
  return atOneMoment(db, async (trx) => {
    const faults = new AuditFaults();
    const head = await findChainHead(trx);
    const databaseId = head?.databaseId ?? "unknown";
    const checkpoints = outside ? checkCheckpoints(outside.lines, outside.keys, databaseId, faults) : [];
    const end = await checkLinks(trx, firstHash(databaseId), checkpoints, faults);
    if (!head)
      faults.add({
        kind: "origin",
        position: 0,
        entry: null,
        message: "position 0: what the chain begins with was removed",
      });
    for (const checkpoint of checkpoints)
      if (checkpoint.position > end.position)
        faults.add({
          kind: "cut",
          position: end.position,
          entry: null,
          message: `position ${end.position}: the chain ends here, but at ${checkpoint.at} it was signed up to ${checkpoint.position}; its end was cut off`,
        });
    for (const entry of await listUnlinked(trx, MOST_UNLINKED))
      faults.add({
        kind: "unlinked",
        position: null,
        entry,
        message: `entry ${entry}: stands in no position; it was put in beside the chain`,
      });
    const last = checkpoints.at(-1);
    return {
      intact: faults.count === 0,
      databaseId,
      entries: end.position,
      checkpoints: checkpoints.length,
      newestCheckpoint: last ? { position: last.position, at: last.at } : null,
      faults: faults.inOrder(),
      faultCount: faults.count,
    };
  });
}

/** What the first link follows from. */
function firstHash(databaseId: string): string {
  return sha256(`holt audit ${databaseId}`);
}

async function checkLinks(
  trx: Transaction<Tables>,
  genesis: string,
  checkpoints: readonly Checkpoint[],
  faults: AuditFaults,
): Promise<{ position: number; hash: string }> {
  const signed = Map.groupBy(checkpoints, ({ position }) => position);
  const changed = new ChangedEntries();
  let before = { position: 0, hash: genesis };
  for await (const link of readLinks(trx)) {
    const { position, auditId: entry } = link;
    const fail = (kind: AuditFault["kind"], message: string) =>
      faults.add({ kind, position, entry, message });
    if (position !== before.position + 1)
      fail("gap", `position ${before.position + 1}: is missing; the next that is there is ${position}`);
    else if (link.previousHash !== before.hash)
      fail(
        "broken",
        `position ${position}: does not follow from position ${position - 1}; one of them was put there later`,
      );
    if (link.text === null) fail("missing", `position ${position}: its entry ${entry} was removed`);
    else if (hashOfLink(link, link.text) !== link.hash) changed.add({ ...link, text: link.text }, faults);
    for (const { hash, at } of signed.get(position) ?? [])
      if (hash !== link.hash)
        fail("rebuilt", `position ${position}: is not what was signed at ${at}; the chain was built anew`);
    before = { position, hash: link.hash };
  }
  changed.addTo(faults);
  return before;
}
