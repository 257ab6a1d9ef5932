import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Conflict } from "../core/errors.ts";
import { isAlive } from "./leftover.ts";

/**
 * Makes this process the only one that runs the parts of `home`; returns what lets others in again.
 * @throws {Conflict} another one does
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const file = join(home, "stack.pid");
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (holder > 0 && holder !== process.pid && isAlive(holder))
    throw new Conflict(
      `"${home}": a local Holt runs there already (process ${holder}); use that one, end it, or set HOLT_HOME to another folder`,
    );
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: "wx" });
  return () => rm(file, { force: true });
}
