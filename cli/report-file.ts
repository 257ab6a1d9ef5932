/** A report as a file of its own, to be mailed, printed or kept. */
import { writeFile } from "node:fs/promises";
import { Conflict, InvalidInput } from "../core/errors.ts";

/** As long as a name may be on every usual disk, with its ending. */
const LONGEST_NAME = 200;

/** @throws {Conflict} the file is there already, and stays @throws {InvalidInput} it cannot be written */
export async function writeReportFile(path: string, document: string): Promise<void> {
  await writeFile(path, document, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST")
      throw new Conflict(`file "${path}": is there already; name another with --out`);
    throw new InvalidInput(
      `file "${path}": cannot be written (${error.code}); name one in a folder that is there with --out`,
    );
  });
}

/** A run's or an experiment's own name where it can be a file's; the database's word alone leads to no other folder. */
export function reportFileName(id: string): string {
  const name = id.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, LONGEST_NAME);
  return `${name.replace(/^(?:[.-]+|$)/, "_")}.html`;
}
