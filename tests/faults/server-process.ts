import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { machine } from "../support/machine.ts";
import type { FaultContext } from "./row.ts";

const SERVER = join(import.meta.dirname, "../../server/server.ts");

/** How a start of the server's process came out: where it listens, or what it said as it ended. */
export type Start = { url: string; child: ChildProcess } | { code: number | null; words: string };

/** Starts the server with these settings and nothing else of this process's environment but PATH. */
export async function startServer(
  context: Pick<FaultContext, "folder" | "cleanUp">,
  settings: NodeJS.ProcessEnv,
): Promise<Start> {
  const child = spawn(process.execPath, [SERVER], {
    env: { ...machine(), HOLT_HOME: await context.folder(), HOLT_PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  context.cleanUp(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  let words = "";
  child.stderr.on("data", (chunk) => (words += chunk));
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (said.ready === true) return { url: said.url, child };
  }
  if (child.exitCode === null) await once(child, "exit");
  return { code: child.exitCode, words };
}
