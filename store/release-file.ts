/** The signed file of one release on a disk: a tar whose first two members are its manifest and the signature on that. */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { EXPORT_FORMAT, LARGEST, type Manifest, manifestSchema } from "../core/release-export.ts";
import { SEAL_BYTES, type Seal, sealSchema } from "./release-seal.ts";
import { BLOCK, claimedSize, TAR_END, tarHeader, tarPadding } from "./tar.ts";

const CHUNK = 1_048_576;
const MANIFEST = "manifest.json";
const SEAL = "signature.json";

export interface Sealed {
  manifest: Manifest;
  /** The very text that was signed. */
  manifestText: string;
  seal: Seal;
}

/**
 * Writes the file, readable by whoever wrote it alone, since it holds people's names and shelves. `read` gives each member's
 * bytes in turn, so that one artifact at a time is in memory. Whole, or not at all.
 * @throws {Conflict} there is a file @throws {InvalidInput} it cannot be written
 */
export async function writeReleaseFile(
  path: string,
  { manifest, manifestText, seal }: Sealed,
  read: (name: string) => Promise<Uint8Array>,
): Promise<void> {
  const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST")
      throw new Conflict(`file "${path}": is there already; name another with --out`);
    throw new InvalidInput(
      `file "${path}": cannot be written (${error.code}); name one in a folder that is there with --out`,
    );
  });
  try {
    await writeMember(file, MANIFEST, Buffer.from(manifestText));
    await writeMember(file, SEAL, Buffer.from(canonicalJson(seal)));
    for (const { name } of manifest.files) await writeMember(file, name, await read(name));
    await file.writeFile(TAR_END);
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

async function writeMember(file: FileHandle, name: string, bytes: Uint8Array): Promise<void> {
  await file.writeFile(tarHeader(name, bytes.length));
  await file.writeFile(bytes);
  await file.writeFile(tarPadding(bytes.length));
}

/**
 * Reads a file in the one order in which Holt writes it. Each byte that is neither in the manifest nor hashed by it must be
 * what Holt would have written there; nothing in the file is used as a path. Memory stays flat but for `keep`.
 */
export class ReleaseFile {
  readonly #file: FileHandle;
  readonly #place: string;
  #at = 0;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#place = `file "${path}"`;
  }

  /** @throws {InvalidInput} it cannot be read */
  static async open(path: string): Promise<ReleaseFile> {
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      throw new InvalidInput(
        `file "${path}": could not be read (${error.code}); name a file of "holt export"`,
      );
    });
    if ((await file.stat()).isFile()) return new ReleaseFile(file, path);
    await file.close();
    throw new InvalidInput(`file "${path}": is not a file; name one of "holt export"`);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Manifest and signature, which is not checked yet. @throws {InvalidInput} */
  async readSealed(): Promise<Sealed> {
    const header = await this.#take(BLOCK);
    const size = claimedSize(header);
    if (size === undefined || !header.equals(tarHeader(MANIFEST, size)))
      throw this.fault(`does not begin as a file of "holt export" does`);
    if (size > LARGEST.manifest)
      throw this.fault(`its manifest has ${size} bytes, and ${LARGEST.manifest} are the most`);
    const manifestBytes = await this.#take(size);
    const manifestText = manifestBytes.toString("utf8");
    if (!manifestBytes.equals(Buffer.from(manifestText))) throw this.fault("its manifest is none");
    await this.#expect(tarPadding(size), "after its manifest");
    await this.#expect(tarHeader(SEAL, SEAL_BYTES), "before its signature");
    const sealText = (await this.#take(SEAL_BYTES)).toString("utf8");
    await this.#expect(tarPadding(SEAL_BYTES), "after its signature");
    const seal = sealSchema.safeParse(json(sealText));
    if (!seal.success || canonicalJson(seal.data) !== sealText) throw this.fault("its signature is none");
    return { manifest: this.#manifestOf(manifestText), manifestText, seal: seal.data };
  }

  /** The next member's bytes. @throws {InvalidInput} they are not what the manifest names, or too many */
  async readMember(member: Manifest["files"][number], most: number, use: "keep" | "hash"): Promise<Buffer> {
    const { name, sizeBytes } = member;
    if (sizeBytes > most) throw this.fault(`"${name}" has ${sizeBytes} bytes, and ${most} are the most`);
    await this.#expect(tarHeader(name, sizeBytes), `before "${name}"`);
    const hash = createHash("sha256");
    const bytes = await this.#walk(sizeBytes, hash, use);
    const found = hash.digest("hex");
    if (found !== member.sha256)
      throw this.fault(`"${name}" hashes to ${found}, and its manifest names ${member.sha256}`);
    await this.#expect(tarPadding(sizeBytes), `after "${name}"`);
    return bytes;
  }

  /** @throws {InvalidInput} something stands behind the last member, or the end is missing */
  async expectEnd(): Promise<void> {
    await this.#expect(TAR_END, "at its end");
    if ((await this.#file.stat()).size !== this.#at) throw this.fault("something stands after its end");
  }

  /** Goes back to before a member that was read, to read it again. */
  position(at = this.#at): number {
    this.#at = at;
    return at;
  }

  /** What is wrong with the file, and what to do about it. */
  fault(what: string): InvalidInput {
    return new InvalidInput(
      `${this.#place}: ${what}; have it exported, or copied, again (nothing was imported)`,
    );
  }

  #manifestOf(text: string): Manifest {
    const written = json(text) as { format?: unknown } | undefined;
    const format = written?.format;
    if (typeof format === "number" && format !== EXPORT_FORMAT)
      throw new InvalidInput(
        `${this.#place}: is of format ${format}, and this Holt reads format ${EXPORT_FORMAT}; export it with a Holt of the same version (nothing was imported)`,
      );
    const manifest = manifestSchema.safeParse(written);
    if (!manifest.success || canonicalJson(manifest.data) !== text) throw this.fault("its manifest is none");
    return manifest.data;
  }

  async #walk(size: number, hash: Hash, use: "keep" | "hash"): Promise<Buffer> {
    const kept: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const chunk = await this.#take(Math.min(left, CHUNK));
      hash.update(chunk);
      if (use === "keep") kept.push(chunk);
      left -= chunk.length;
    }
    return Buffer.concat(kept);
  }

  async #expect(bytes: Buffer, where: string): Promise<void> {
    if (!(await this.#take(bytes.length)).equals(bytes))
      throw this.fault(`something else stands ${where} than Holt writes there`);
  }

  async #take(size: number): Promise<Buffer> {
    const bytes = Buffer.alloc(size);
    for (let got = 0; got < size; ) {
      const { bytesRead } = await this.#file.read(bytes, got, size - got, this.#at + got);
      if (bytesRead === 0) throw this.fault("ends too early");
      got += bytesRead;
    }
    this.#at += size;
    return bytes;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
