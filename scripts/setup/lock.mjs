import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const LOOK_AGAIN_MS = 300;
/** Who holds a lock touches its file this often. */
const TOUCH_EVERY_MS = 1_000;
/** A lock that wasn't touched over so many looks of one who waits (30 s) is nobody's, whosoever has its id by now. */
const LOOKS_UNTIL_DEAD = 100;

/**
 * Runs `work` while no other process does so with the same file. Waits for one that does, and takes the place of one
 * that died, even if it left an empty file, or its process id is another program's by now.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once when it has to wait
 * @param {number} [looksUntilDead] for tests
 * @returns {Promise<T>}
 */
export async function whileLocked(file, work, onWait = () => {}, looksUntilDead = LOOKS_UNTIL_DEAD) {
  await mkdir(dirname(file), { recursive: true });
  let seen = "";
  let untouched = 0;
  for (let waits = 0; !(await take(file)); waits++) {
    if (waits === 0) onWait();
    // Counted in looks, not by the clock: after a suspended machine wakes, the holder has its turn too.
    const now = await identify(file);
    untouched = now === seen ? untouched + 1 : 0;
    seen = now;
    if (untouched >= looksUntilDead) await rm(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const touching = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    if ((await readHolder(file)) === process.pid) await rm(file, { force: true });
  }
}

/** @param {string} file */
async function take(file) {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const holder = await readHolder(file);
    if (holder && !isAlive(holder)) await rm(file, { force: true });
    return false;
  }
}

/** Process id in the lock; 0 when there is none. @param {string} file */
async function readHolder(file) {
  return Number(await readFile(file, "utf8").catch(() => "")) || 0;
}

/** Changes whenever somebody takes or touches it. @param {string} file */
async function identify(file) {
  const { ino, mtimeMs } = await stat(file).catch(() => ({ ino: 0, mtimeMs: 0 }));
  return `${ino} ${mtimeMs}`;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
