/** The few parts of a tar file (ustar) that Holt writes, the same bytes each time: plain files without owner or date. */

export const BLOCK = 512;
/** A tar file ends with two empty blocks. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/**
 * The block before a file's bytes. Whoever reads a tar file of Holt's makes the header that must stand there and compares
 * the two, so nothing of a header is ever taken for true, its name least of all.
 * @param name 100 bytes at most @param sizeBytes below 8 GiB
 */
export function tarHeader(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const put = (at: number, text: string) => header.write(text, at, "latin1");
  put(0, name);
  put(100, "0000644\0"); // everybody may read it
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, `${sizeBytes.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, "        "); // the checksum counts itself as spaces
  put(156, "0");
  put(257, "ustar\x0000");
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  put(148, `${checksum.toString(8).padStart(6, "0")}\0 `);
  return header;
}

/** Size that a header claims, in bytes; undefined when there is no number in its place. */
export function claimedSize(header: Uint8Array): number | undefined {
  const digits = Buffer.from(header.subarray(124, 136)).toString("latin1");
  return /^[0-7]{11}\0$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Empty bytes after a file's own, up to the next block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK);
}
