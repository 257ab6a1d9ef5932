/** Small files of JSON that are seen whole or not at all, and that show whether they changed since they were written. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { BrokenPromise } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { digestOf } from "./digest.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const envelopeSchema = z.strictObject({ digest: z.string(), body: z.unknown() });

/** Writes `body` under its digest, for this process's user alone. Whoever reads meanwhile reads the file before. */
export async function writeSealed(path: string, body: JsonObject): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(unfinished, "wx", PRIVATE_FILE);
    try {
      await file.writeFile(JSON.stringify({ digest: digestOf(body), body }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * The body of such a file; undefined when there is none.
 * @throws {BrokenPromise} it is not what was written, or not of this schema
 */
export async function readSealed<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { digest, body } = envelopeSchema.parse(JSON.parse(text));
    if (digestOf(body) !== digest) throw new Error(`its body doesn't hash to ${digest}`);
    return schema.parse(body);
  } catch (error) {
    throw new BrokenPromise(
      `file "${basename(path)}": changed after it was written, or is none of Holt's (${firstLine(error)}); remove it, or restore it`,
      { cause: error },
    );
  }
}

function firstLine(error: unknown): string {
  return String((error as Error).message).split("\n", 1)[0] as string;
}
