import type { Checkpoint } from "../core/audit-checkpoint.ts";
import { BrokenPromise } from "../core/errors.ts";
import { findChainHead, findLinkHash, withCheckpointLock } from "../db/audit-chain.ts";
import type { Database } from "../db/connection.ts";
import { addCheckpoint, findLastCheckpoint } from "./audit-checkpoint-file.ts";
import type { SigningKey } from "./audit-keys.ts";

export interface CheckpointSettings {
  /** Where the checkpoints are kept; outside the database, best where its administrators cannot write. */
  folder: string;
  key: SigningKey;
}

/**
 * Signs where the audit log ends, if at least `newRows` entries came since the last checkpoint. One server at a time.
 * @returns the checkpoint, or undefined when there was too little new
 * @throws {BrokenPromise} the log isn't the one of the last checkpoint; nothing was signed
 */
export function exportCheckpoint(
  { db }: Database,
  { folder, key }: CheckpointSettings,
  newRows = 1,
): Promise<Checkpoint | undefined> {
  return withCheckpointLock(db, async (trx) => {
    const head = await findChainHead(trx);
    if (!head)
      throw new BrokenPromise('audit log: what its chain begins with was removed; see "holt audit verify"');
    const last = await findLastCheckpoint(folder);
    if (last && last.database !== head.databaseId)
      throw new BrokenPromise(
        `HOLT_AUDIT_FOLDER: "${folder}" has the checkpoints of another database (${last.database}); name a folder of its own`,
      );
    if (last && (await findLinkHash(trx, last.position)) !== last.hash)
      throw new BrokenPromise(
        `audit log: position ${last.position} is not what was signed at ${last.at}; see "holt audit verify" (nothing was signed)`,
      );
    if (head.position < (last?.position ?? 0) + newRows) return undefined;
    const { databaseId: database, position, hash } = head;
    return addCheckpoint(folder, key, { database, position, hash, at: new Date().toISOString() });
  });
}
