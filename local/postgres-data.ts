import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import type { Account } from "./postgres-user.ts";
import { spawnTethered } from "./tethered.ts";

/** The superuser's password: made once, kept beside the data, readable by its owner only. */
export async function ensurePassword(file: string): Promise<string> {
  try {
    await writeFile(file, randomBytes(24).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return (await readFile(file, "utf8")).trim();
}

/** Makes an empty PostgreSQL in `folder`; what an interrupted attempt left there is removed. */
export async function initialise(input: {
  binaries: PostgresBinaries;
  account: Account | undefined;
  folder: string;
  password: string;
  logFile: string;
}): Promise<void> {
  const { account, folder, logFile } = input;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const secrets = await mkdtemp(join(tmpdir(), "holt-initdb-"));
  try {
    const passwordFile = join(secrets, "password");
    await writeFile(passwordFile, `${input.password}\n`, { mode: 0o600 });
    if (account)
      for (const path of [folder, secrets, passwordFile]) await chown(path, account.uid, account.gid);
    const initdb = await spawnTethered(
      input.binaries.initdb,
      [
        ...["--pgdata", folder, "--username", "holt", "--pwfile", passwordFile, "--auth", "scram-sha-256"],
        ...["--encoding", "UTF8", "--locale", "C", "--data-checksums", "--no-instructions"],
      ],
      { logFile, spawn: { cwd: "/", env: { ...process.env, LC_ALL: "C" }, ...account } },
    );
    const end = await initdb.ended;
    if (end !== "exit code 0")
      throw new Error(
        `PostgreSQL: could not make its data in "${folder}" (initdb: ${end}); see "${logFile}" for why`,
      );
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
}
