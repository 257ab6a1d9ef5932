/** Holt's server as it runs in earnest, a process of its own, and what processes cost. Linux only: it reads /proc. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVER = join(import.meta.dirname, "../server/server.ts");
/** Of the times in /proc. */
const TICK_US = 10_000;

export interface ServerProcess {
  child: ChildProcess;
  url: string;
}

/** Starts a server with these settings and none of this process's; it is ready then. */
export async function startServer(
  settings: NodeJS.ProcessEnv,
  execArgv: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...execArgv, SERVER], {
    env: { PATH: process.env["PATH"], HOLT_PORT: "0", TEMPORAL_ADDRESS: "127.0.0.1:1", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (said.ready !== true) continue;
    child.stdout.resume();
    return { child, url: said.url };
  }
  throw new Error("the server ended before it was ready");
}

/** Processor time of one process until now, in microseconds. */
export async function cpuUs(pid: number): Promise<number> {
  return (await statOf(pid))?.cpuUs ?? 0;
}

/** The same of a process and of all that it started and that still run. */
export async function treeCpuUs(root: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = new Map(await Promise.all(pids.map(async (pid) => [pid, await statOf(pid)] as const)));
  const isBelow = (pid: number): boolean =>
    pid === root || (pid > 1 && stats.get(pid) !== undefined && isBelow(stats.get(pid)?.parent ?? 0));
  return pids.filter(isBelow).reduce((sum, pid) => sum + (stats.get(pid)?.cpuUs ?? 0), 0);
}

async function statOf(pid: number): Promise<{ parent: number; cpuUs: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // its own in both modes, and that of children that ended
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), cpuUs: ticks * TICK_US };
}
