/** What may happen to an artifact where it lies, done to the file itself. */
import { readFile, writeFile } from "node:fs/promises";
import type { Random } from "./random.ts";

export interface Replacements {
  /** Another sound artifact of this model. */
  other: Uint8Array;
  /** The artifact of the version that people approved before. */
  older: Uint8Array;
}

type Damage = (bytes: Buffer, random: Random, replacements: Replacements) => Uint8Array;

/** By what is done; each leaves other bytes than were there. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  "one bit flipped": (bytes, random) => {
    const at = random.below(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
    return bytes;
  },
  "one bit of its end flipped": (bytes) => {
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    return bytes;
  },
  "cut short": (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  "something written after it": (bytes) => Buffer.concat([bytes, Buffer.from([0])]),
  "another sound artifact in its place": (_bytes, _random, { other }) => other,
  "the older approved version's in its place": (_bytes, _random, { older }) => older,
};

/** Does it to a file, lets `use` use it, and puts back what was there. */
export async function whileDamaged<Value>(
  path: string,
  damage: (bytes: Buffer) => Uint8Array,
  use: () => Promise<Value>,
): Promise<Value> {
  const sound = await readFile(path);
  const changed = damage(Buffer.from(sound));
  if (sound.equals(changed)) throw new Error(`${path}: the damage left it as it was`);
  await writeFile(path, changed);
  try {
    return await use();
  } finally {
    await writeFile(path, sound);
  }
}
