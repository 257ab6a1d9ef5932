import { z } from "zod";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** One line of the checkpoints' file: where the chain ended at a time, signed. */
export const checkpointSchema = z.strictObject({
  /** The database that it is of; made up once, when its tables were made. */
  database: z.uuid(),
  position: z.int().positive(),
  hash: digest,
  at: z.iso.datetime(),
  /** SHA-256 of the line before; null on the first line. */
  previous: digest.nullable(),
  /** Which key signed it: the first 16 digits of its SHA-256. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  /** Ed25519 over {@link checkpointText}, base64. */
  signature: z.base64(),
});
export type Checkpoint = z.output<typeof checkpointSchema>;

/** What is signed. A list, so that no field can pass for another. */
export function checkpointText(checkpoint: Omit<Checkpoint, "signature">): string {
  const { database, position, hash, at, previous, key } = checkpoint;
  return JSON.stringify(["holt audit checkpoint", 1, database, position, hash, at, previous, key]);
}
