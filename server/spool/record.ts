/** How a record stands in a segment: `<CRC-32 of the rest, 8 hexadecimal digits> <kind> <line of COPY>`, with its line break. */
import { crc32 } from "node:zlib";
import type { SpooledKind } from "../../db/exposures.ts";

const KINDS: Record<string, SpooledKind> = { e: "exposure", o: "outcome" };
const LETTERS: Record<SpooledKind, string> = { exposure: "e", outcome: "o" };
const LINE_BREAK = 0x0a;
/** The checksum, a blank, the kind's letter, a blank. */
const HEAD_BYTES = 11;

/** @param line one line of COPY with its line break */
export function encodeRecord(kind: SpooledKind, line: string): string {
  const rest = `${LETTERS[kind]} ${line}`;
  return `${crc32(rest).toString(16).padStart(8, "0")} ${rest}`;
}

/** What a segment holds: lines as they were given, and what isn't a whole record. */
export interface Decoded {
  exposure: Buffer[];
  outcome: Buffer[];
  /** Whole lines whose checksum is wrong: the disk's mistake. */
  damaged: Buffer[];
  /** Bytes behind the last line break: a write that the process's end cut off, so nobody was told that it is kept. */
  tornBytes: number;
}

/** Takes a segment's bytes apart; the lines are views on them. */
export function decodeRecords(bytes: Buffer): Decoded {
  const found: Decoded = { exposure: [], outcome: [], damaged: [], tornBytes: 0 };
  let at = 0;
  for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, at)) {
    const record = bytes.subarray(at, end + 1);
    const kind = kindOf(record);
    if (kind) found[kind].push(record.subarray(HEAD_BYTES));
    else found.damaged.push(record);
    at = end + 1;
  }
  found.tornBytes = bytes.length - at;
  return found;
}

function kindOf(record: Buffer): SpooledKind | undefined {
  if (record.length <= HEAD_BYTES) return undefined;
  const checksum = Number.parseInt(record.toString("latin1", 0, 8), 16);
  if (crc32(record.subarray(9)) !== checksum) return undefined;
  return KINDS[record.toString("latin1", 9, 10)];
}
