import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { InvalidInput } from "../../core/errors.ts";
import { openReal } from "../../store/open-real.ts";
import { liesWithin } from "./source-folders.ts";

const READ_BYTES = 262_144;
const GZIP_MAGIC = [0x1f, 0x8b];
const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

export interface SourceFile {
  /** Without links. */
  path: string;
  /** File and setting for messages, as in `data/ratings.csv: sources.ratings.file`. */
  place: string;
  /** When the file was written last. */
  deliveredAt: Date;
}

/**
 * The file at a path relative to the definition's folder. Links are followed; what they lead to must lie in one of the
 * operator's folders, or in the definition's own when there are none of the operator's.
 * @throws {InvalidInput} nothing that can be read stands there, or it lies outside
 */
export function findSourceFile(
  folder: string,
  file: string,
  source: string,
  sourceFolders?: readonly string[],
): Promise<SourceFile> {
  return findFile(folder, file, `${file}: sources.${source}.file`, sourceFolders);
}

/** The same of a file that another setting names. @param place file and setting, for messages */
export async function findFile(
  folder: string,
  file: string,
  place: string,
  sourceFolders?: readonly string[],
): Promise<SourceFile> {
  const named = resolve(folder, file);
  const found = await stat(named).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(
      `${place}: there is no file that can be read (${error.code}); deliver it, or mend the path, which starts from the definition's folder`,
      { cause: error },
    );
  });
  if (!found.isFile()) throw new InvalidInput(`${place}: is not a file; name one CSV file, plain or gzip`);
  const path = await realpath(named);
  if (!(await liesWithin(path, sourceFolders ?? [folder])))
    throw new InvalidInput(
      sourceFolders
        ? `${place}: lies outside the folders that sources may be in; move it there, or have the operator add its folder to HOLT_SOURCE_FOLDERS`
        : `${place}: lies outside the definition's folder; move it there, or have the operator name its folder in HOLT_SOURCE_FOLDERS`,
    );
  return { path, place, deliveredAt: found.mtime };
}

/** SHA-256 of the file's bytes as they stand on the disk. */
export async function digestFile(file: SourceFile, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of readBytes(file, signal)) hash.update(bytes);
  return hash.digest("hex");
}

/**
 * The file's text in pieces, unpacked when it is gzip; without a byte order mark, U+FFFD where bytes are not UTF-8.
 * At the end the very bytes that were read must have `digest`, so that no mixture of two deliveries gets through.
 * @throws {InvalidInput} it is UTF-16 or a broken gzip file @throws {Error} it changed; the next attempt reads it anew
 */
export async function* readText(
  file: SourceFile,
  digest: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const hash = createHash("sha256");
  const decoder = new TextDecoder("utf-8");
  let isFirst = true;
  for await (const bytes of unpacked(file, hashing(file, signal, hash))) {
    if (isFirst && UTF16_MARKS.some((mark) => startsWith(bytes, mark)))
      throw new InvalidInput(`${file.place}: is UTF-16; save it as UTF-8`);
    isFirst = false;
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder.decode();
  if (hash.digest("hex") !== digest)
    throw new Error(`${file.place}: changed while it was read; could not take a whole version of it`);
}

async function* hashing(file: SourceFile, signal: AbortSignal, hash: { update(bytes: Buffer): unknown }) {
  for await (const bytes of readBytes(file, signal)) {
    hash.update(bytes);
    yield bytes;
  }
}

async function* unpacked(file: SourceFile, bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await bytes.next();
  if (first.done) return;
  const all = startingWith(first.value, bytes);
  if (!startsWith(first.value, GZIP_MAGIC)) return yield* all;
  try {
    yield* pipeline(all, createGunzip({ chunkSize: READ_BYTES }), () => {});
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw error;
    throw new InvalidInput(
      `${file.place}: is not a whole gzip file (${(error as Error).message}); deliver it again`,
      { cause: error },
    );
  }
}

/** Whoever stops at the first piece ends `rest` too, which would keep its file open otherwise. */
async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* readBytes({ path, place }: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const file = await openReal(path, place);
  yield* file.createReadStream({ highWaterMark: READ_BYTES, signal }); // closes the file at its end
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}
