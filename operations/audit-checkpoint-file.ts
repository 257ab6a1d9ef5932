/** The file that keeps checkpoints of the audit log, outside the database: one JSON line each, only added to. */
import { sign, verify } from "node:crypto";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Checkpoint, checkpointSchema, checkpointText } from "../core/audit-checkpoint.ts";
import type { AuditFaults } from "../core/audit-faults.ts";
import { InvalidInput } from "../core/errors.ts";
import { sha256 } from "../store/digest.ts";
import type { PublicKeys, SigningKey } from "./audit-keys.ts";

export const PUBLIC_KEY_FILE = "public-key.pem";
const CHECKPOINTS_FILE = "checkpoints.jsonl";

/** Every whole line, as it is. One that a crash cut off never was a checkpoint. @throws {InvalidInput} no such file */
export async function readCheckpointLines(folder: string): Promise<string[]> {
  const file = join(folder, CHECKPOINTS_FILE);
  try {
    const text = await readFile(file, "utf8");
    return text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .slice(0, -1);
  } catch (error) {
    throw new InvalidInput(
      `checkpoints: "${file}" could not be read (${(error as NodeJS.ErrnoException).code}); name the folder of HOLT_AUDIT_FOLDER`,
      { cause: error },
    );
  }
}

/** The checkpoints that the keys signed for this database; whatever isn't as it was written becomes a fault. */
export function checkCheckpoints(
  lines: readonly string[],
  keys: PublicKeys,
  databaseId: string,
  faults: AuditFaults,
): Checkpoint[] {
  const good: Checkpoint[] = [];
  for (const [index, line] of lines.entries()) {
    const checkpoint = parseLine(line);
    const forged = checkpoint ? whyForged(checkpoint, keys, databaseId) : "is not a checkpoint";
    const follows = checkpoint?.previous === (index === 0 ? null : sha256(lines[index - 1] ?? ""));
    if (checkpoint && !forged) good.push(checkpoint);
    const what =
      forged ?? (follows ? undefined : "does not follow the line before; one was removed, added or moved");
    if (what)
      faults.add({
        kind: "checkpoint",
        position: checkpoint?.position ?? null,
        entry: null,
        message: `checkpoint ${index + 1}: ${what}`,
      });
  }
  return good;
}

function whyForged(checkpoint: Checkpoint, keys: PublicKeys, databaseId: string): string | undefined {
  const key = keys.get(checkpoint.key);
  if (!key) return `was signed with the key ${checkpoint.key}, which is not a given one`;
  const signature = Buffer.from(checkpoint.signature, "base64");
  if (!verify(null, Buffer.from(checkpointText(checkpoint)), key, signature))
    return "its signature is not of what it says; it was changed";
  if (checkpoint.database !== databaseId)
    return `is of the database ${checkpoint.database}, and this one is ${databaseId}`;
  return undefined;
}

/** Signs where the chain ends and adds it as a line, on the disk when this returns. */
export async function addCheckpoint(
  folder: string,
  key: SigningKey,
  of: Pick<Checkpoint, "database" | "position" | "hash" | "at">,
): Promise<Checkpoint> {
  await keepPublicKey(folder, key);
  const file = await open(join(folder, CHECKPOINTS_FILE), "a+", 0o644);
  try {
    const last = await lastLine(file);
    const unsigned = { ...of, previous: last === undefined ? null : sha256(last), key: key.id };
    const signature = sign(null, Buffer.from(checkpointText(unsigned)), key.privateKey).toString("base64");
    await file.write(`${JSON.stringify({ ...unsigned, signature })}\n`);
    await file.sync();
    return { ...unsigned, signature };
  } finally {
    await file.close();
  }
}

/** The newest checkpoint; undefined when there is none. */
export async function findLastCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, CHECKPOINTS_FILE), "a+", 0o644);
  try {
    const line = await lastLine(file);
    return line === undefined ? undefined : parseLine(line);
  } finally {
    await file.close();
  }
}

/** Cuts away what a crash left of a line, which was never a checkpoint. */
async function lastLine(file: FileHandle): Promise<string | undefined> {
  const text = await file.readFile("utf8");
  const end = text.lastIndexOf("\n") + 1;
  if (end < text.length) await file.truncate(Buffer.byteLength(text.slice(0, end)));
  return text.slice(0, end).split("\n").at(-2);
}

function parseLine(line: string): Checkpoint | undefined {
  try {
    return checkpointSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Beside the checkpoints; after a change of keys the older ones stay, so that older lines can be checked. */
async function keepPublicKey(folder: string, key: SigningKey): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, PUBLIC_KEY_FILE), "a+", 0o644);
  try {
    if (!(await file.readFile("utf8")).includes(key.publicPem)) await file.write(key.publicPem);
  } finally {
    await file.close();
  }
}
