import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const ENDING = ".set-aside";

/**
 * Writes records that cannot be stored to a file beside their segment, each behind a line with the reason; returns once
 * they are on the disk. The same again writes the same.
 */
export async function setAside(
  segmentPath: string,
  records: readonly { record: Buffer; reason: string }[],
): Promise<void> {
  const file = await open(segmentPath.replace(/\.segment$/, ENDING), "w", 0o600);
  try {
    for (const { record, reason } of records)
      await file.appendFile(Buffer.concat([Buffer.from(`# ${reason}\n`), record]));
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** How much a folder has of it. */
export async function asideBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
