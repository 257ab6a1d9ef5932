import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Conflict } from "../core/errors.ts";
import { commandLineOf } from "./leftover.ts";

/** Homes whose parts this process runs. */
const held = new Set<string>();

/**
 * Makes this process the only one that runs the parts of `home`; returns what lets others in again.
 * @throws {Conflict} another one does
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const file = join(home, "stack.pid");
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (held.has(file) || (await isNodeProcess(holder)))
    throw new Conflict(
      `"${home}": a local Holt runs there already (process ${holder}); use that one, end it, or set HOLT_HOME to another folder`,
    );
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: "wx" });
  held.add(file);
  return async () => {
    await rm(file, { force: true });
    held.delete(file);
  };
}

/** In a container an earlier holder may have had the same id as this process; after a reboot, anybody's. */
async function isNodeProcess(pid: number): Promise<boolean> {
  return pid > 0 && pid !== process.pid && /node|vitest/.test(await commandLineOf(pid));
}
