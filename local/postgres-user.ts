import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const NAME = "postgres";
const run = promisify(execFile);

/** Ids of an account of this machine. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL runs as: undefined for the person who started this. PostgreSQL refuses to run as root, so root gets
 * the system user `postgres`, which is made when there is none.
 */
export async function findPostgresUser(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await findAccount()) ?? (await makeAccount());
}

async function findAccount(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", NAME]), run("id", ["-g", NAME])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function makeAccount(): Promise<Account> {
  try {
    await run("groupadd", ["--force", NAME]);
    await run("useradd", ["--gid", NAME, "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]);
  } catch (error) {
    // Somebody else may have been quicker.
    const made = await findAccount();
    if (made) return made;
    throw new Error(
      `PostgreSQL: does not run as root, and the user "${NAME}" could not be made; make it, or start Holt as an ordinary user`,
      { cause: error },
    );
  }
  return (await findAccount()) as Account;
}

/** Whether an account may pass through a folder and all that it lies in (by owner, group and others' rights). */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found) {
      const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0;
      if (((found.mode >> shift) & 1) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}
