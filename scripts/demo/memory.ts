import { readdir, readFile } from "node:fs/promises";

const LOOK_EVERY_MS = 1_000;

export interface MemoryWatch {
  /** Peak resident memory in megabytes of 10^6 bytes: each part's own process, and its largest child. */
  stop(): Promise<Map<string, { own: number; child: number }>>;
}

/** Follows the peak memory of the parts and of what they start, from /proc; finds nothing where there is none. */
export function watchMemory(pids: () => Record<string, number>): MemoryWatch {
  const peaks = new Map<string, { own: number; child: number }>();
  const look = async () => {
    const parents = await readParents();
    for (const [name, pid] of Object.entries(pids())) {
      const peak = peaks.get(name) ?? { own: 0, child: 0 };
      peak.own = Math.max(peak.own, await peakOf(pid));
      for (const child of descendants(pid, parents)) peak.child = Math.max(peak.child, await peakOf(child));
      peaks.set(name, peak);
    }
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      await look();
      return peaks;
    },
  };
}

/** Parent of each process that runs. */
async function readParents(): Promise<Map<number, number>> {
  const names = await readdir("/proc").catch(() => [] as string[]);
  const parents = new Map<number, number>();
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent > 0) parents.set(Number(name), parent);
  }
  return parents;
}

function descendants(pid: number, parents: Map<number, number>): number[] {
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parents)]);
}

/** The kernel's own high-water mark of a process, so looking now and then misses nothing but its last moment. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes ? (Number(kilobytes) * 1_024) / 1e6 : 0;
}
