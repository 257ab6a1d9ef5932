/**
 * Ends what its starter left running. Reads lines from the starter: `+ <pid> <signal>` (ended by this signal),
 * `- <pid>` (has ended). Its input ends when the starter does, however that happened.
 */
import { createInterface } from "node:readline";

const GRACE_MS = 10_000;
const LOOK_AGAIN_MS = 100;

const kept = new Map<number, NodeJS.Signals>();
for await (const line of createInterface({ input: process.stdin })) {
  const [what, pid, signal] = line.split(" ");
  if (what === "+") kept.set(Number(pid), signal as NodeJS.Signals);
  else kept.delete(Number(pid));
}
for (const [pid, signal] of kept) send(signal === "SIGKILL" ? -pid : pid, signal); // no grace: the whole group
const deadline = Date.now() + GRACE_MS;
while ([...kept.keys()].some((pid) => send(pid, 0)) && Date.now() < deadline)
  await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
for (const pid of kept.keys()) send(-pid, "SIGKILL");

/** Whether there was somebody to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
