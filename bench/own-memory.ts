import { readdir, readFile } from "node:fs/promises";

const LOOK_EVERY_MS = 50;
const KB = 1_024;

/** Peak of the memory that the children of a process have of their own together, in megabytes of 10^6 bytes; from /proc. */
export function watchOwnMemory(parent: number): { stop(): Promise<number> } {
  let peak = 0;
  let isStopped = false;
  const watching = (async () => {
    while (!isStopped) {
      peak = Math.max(peak, await ownKb(parent));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await watching;
      return (peak * KB) / 1e6;
    },
  };
}

async function ownKb(parent: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const own = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""); // it has ended
      const isChild = new RegExp(`^PPid:\\s+${parent}$`, "m").test(status);
      return isChild ? Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0;
    }),
  );
  return own.reduce((sum, kb) => sum + kb, 0);
}
