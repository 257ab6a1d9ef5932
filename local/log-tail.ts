import { open } from "node:fs/promises";

const TAIL_BYTES = 4_000;

/** The end of a log, at most 4 kB of it and nothing before `position`; empty when there is none. */
export async function readTail(file: string, position = 0): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return "";
  try {
    const { size } = await handle.stat();
    const from = Math.max(position, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    await handle.read(bytes, 0, bytes.length, from);
    return bytes.toString();
  } finally {
    await handle.close();
  }
}

/** The last lines that say something, as one, for an error message. */
export function lastWords(tail: string): string {
  const isTelling = (line: string) => line.trim() !== "" && !/^\s+at |^Node\.js v|^[\s})]*$/.test(line);
  return tail.split("\n").filter(isTelling).slice(-3).join(" ").trim();
}
