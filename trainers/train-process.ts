/**
 * Entry of the process that trains one candidate (train-messages.ts says what goes in and out). It lives no longer than
 * its parent: stdin stays open for as long as that lives, and a thread of its own trains, so that the end of stdin is
 * seen at once.
 */
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { MODEL_PIPE, SET_PIPE, type TrainJob, type TrainMessage } from "./train-messages.ts";

const EXIT_ORPHANED = 3;

process.stdin.on("close", () => process.exit(EXIT_ORPHANED));
process.stdout.on("error", () => process.exit(EXIT_ORPHANED));
const job = await readJob();
const set = await readAll(new Socket({ fd: SET_PIPE, readable: true, writable: false }));
const thread = new Worker(new URL("./train-thread.ts", import.meta.url), { workerData: { job, set } });
let failed = false;
thread.on("message", (message: TrainMessage | { model: Uint8Array }) => {
  if ("model" in message) sendModel(message.model);
  else say(message);
  failed ||= "failed" in message;
});
thread.on("error", ({ name, message }: Error) => {
  say({ failed: { name, message } });
  failed = true;
});
thread.on("exit", () => {
  // Not process.exit: stdout and the model's pipe may still hold bytes. Without stdin nothing else keeps the process.
  process.exitCode = failed ? 1 : 0;
  process.stdin.removeAllListeners("close");
  process.stdin.destroy();
});

async function readJob(): Promise<TrainJob> {
  for await (const line of createInterface({ input: process.stdin, terminal: false }))
    return JSON.parse(line) as TrainJob;
  throw new Error("stdin ended before the job came");
}

async function readAll(input: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function sendModel(model: Uint8Array): void {
  new Socket({ fd: MODEL_PIPE, readable: false, writable: true }).end(model);
}

function say(message: TrainMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
