import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack as StackFile } from "../store/settings.ts";

/** Tells commands in other terminals where the parts are, and lets only their owner read it. Returns its removal. */
export async function writeStackFile(home: string, found: StackFile): Promise<() => Promise<void>> {
  const file = join(home, "stack.json");
  await rm(`${file}.part`, { force: true });
  await writeFile(`${file}.part`, JSON.stringify(found), { mode: 0o600 });
  await rename(`${file}.part`, file);
  return () => rm(file, { force: true });
}
