/** Files of a spool: records one after another. The newest is written to; the others wait for PostgreSQL. */
import { writeSync } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

const NAME = /^(\d{13})\.segment$/;

/** A segment that is written to. */
export class Segment {
  readonly path: string;
  readonly #file: FileHandle;
  #bytes = 0;
  #isNamed = false;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Makes the segment of this number, which no other has had. */
  static async create(folder: string, number: number): Promise<Segment> {
    const path = join(folder, `${String(number).padStart(13, "0")}.segment`);
    return new Segment(path, await open(path, "wx", 0o600));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns once the operating system has all of it: that survives this process's end, not the machine's.
   * @param of.atOnce in this thread, which costs 3 µs; otherwise in another one, which costs 40 and waits for no disk
   */
  async write(records: Buffer, { atOnce }: { atOnce: boolean }): Promise<void> {
    for (let done = 0; done < records.length; ) {
      const [length, position] = [records.length - done, this.#bytes + done];
      done += atOnce
        ? writeSync(this.#file.fd, records, done, length, position)
        : (await this.#file.write(records, done, length, position)).bytesWritten;
    }
    this.#bytes += records.length;
  }

  /** Cuts off what a write that failed left, so that it cannot spoil what is before it. */
  async cutTorn(): Promise<void> {
    await this.#file.truncate(this.#bytes);
  }

  /** Returns once all that was written until now is on the disk, with the file's name. Callers meanwhile share the next. */
  sync(): Promise<void> {
    if (this.#nextSync) return this.#nextSync;
    const sync = this.#syncing
      .catch(() => {}) // told to those who asked for that one
      .then(async () => {
        this.#nextSync = undefined;
        await Promise.all([this.#file.datasync(), this.#isNamed || syncFolder(dirname(this.path))]);
        this.#isNamed = true;
      });
    this.#syncing = sync;
    this.#nextSync = sync;
    return sync;
  }

  /** Once it is on the disk. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // it opens no folders
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A segment that is written no more. */
export interface WaitingSegment {
  path: string;
  number: number;
  bytes: number;
}

/** The segments of a folder, oldest first. */
export async function listSegments(folder: string): Promise<WaitingSegment[]> {
  const found: WaitingSegment[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) continue;
    const path = join(folder, name);
    found.push({ path, number: Number(number), bytes: (await stat(path)).size });
  }
  return found;
}
