import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "../core/errors.ts";
import type { CheckpointSettings } from "./audit-checkpoints.ts";
import { readSigningKey } from "./audit-keys.ts";

/**
 * Where a server keeps signed checkpoints of the audit log; undefined when it isn't to keep any.
 * @throws {InvalidInput} only one of the two is set, or the key cannot be used
 */
export async function readCheckpointSettings(
  env: NodeJS.ProcessEnv,
): Promise<CheckpointSettings | undefined> {
  const folder = env["HOLT_AUDIT_FOLDER"];
  const keyFile = env["HOLT_AUDIT_KEY_FILE"];
  if (!folder && !keyFile) return undefined;
  if (!folder)
    throw new InvalidInput("HOLT_AUDIT_FOLDER: is not set, though HOLT_AUDIT_KEY_FILE is; set both or none");
  if (!keyFile)
    throw new InvalidInput("HOLT_AUDIT_KEY_FILE: is not set, though HOLT_AUDIT_FOLDER is; set both or none");
  return { folder, key: await readSigningKey(keyFile) };
}

/** The local stack's own, below its data: a key that only its owner may read, and the checkpoints' folder. */
export function localAudit(home: string): { keyFile: string; folder: string } {
  return { keyFile: join(home, "audit-key.pem"), folder: join(home, "audit") };
}

/** Where checkpoints are to be looked for: HOLT_AUDIT_FOLDER, else the local stack's; undefined when there are none. */
export function findCheckpointFolder(env: NodeJS.ProcessEnv, home: string): string | undefined {
  const { folder } = localAudit(home);
  return env["HOLT_AUDIT_FOLDER"] ?? (existsSync(folder) ? folder : undefined);
}
