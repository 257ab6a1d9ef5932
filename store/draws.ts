import { createHash } from "node:crypto";

/** The same numbers for the same id, from 0, below 1: 48 bits each of a hash. */
export function drawsOf(id: string): () => number {
  let draw = 0;
  return () => {
    draw += 1;
    return createHash("sha256").update(`${id}/${draw}`).digest().readUIntBE(0, 6) / 2 ** 48;
  };
}
