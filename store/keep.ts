/** Child processes that never outlive this one, not even when this one is killed: store/keeper.ts ends them then. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

let keeper: ChildProcess | undefined;

/**
 * Has a child process ended when this process is gone. Called straight after the spawn, before anything is awaited, it
 * leaves no moment in which this process can die and the child go on.
 * @param pid of the child, which leads a process group of its own: whatever of the group is left is killed too
 * @param signal asks it to end, and it is killed after 10 s; SIGKILL: its group is killed at once
 */
export function keep(pid: number, signal: NodeJS.Signals): void {
  tellKeeper(`+ ${pid} ${signal}`);
}

/** The child has ended by itself. */
export function letGo(pid: number): void {
  tellKeeper(`- ${pid}`);
}

/** One keeper a process; started with the first thing that it has to keep. */
function tellKeeper(line: string): void {
  if (keeper?.exitCode !== null) {
    keeper = spawn(process.execPath, [join(import.meta.dirname, "keeper.ts")], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    keeper.on("error", () => {});
    keeper.stdin?.on("error", () => {});
    keeper.unref();
    (keeper.stdin as unknown as { unref(): void }).unref();
  }
  keeper.stdin?.write(`${line}\n`);
}
