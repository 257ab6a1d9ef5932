/** The thread of train-process.ts that does the work. */
import { parentPort, workerData } from "node:worker_threads";
import { decodeTrainingSet } from "../core/training-set.ts";
import { train } from "./train.ts";
import type { TrainJob, TrainMessage } from "./train-messages.ts";

const { job, set } = workerData as { job: TrainJob; set: Uint8Array };
const started = performance.now();
const model = train(decodeTrainingSet(set), job.settings, (words) => say({ progress: words }));
const trainSeconds = (performance.now() - started) / 1_000;
parentPort?.postMessage({ model });
say({ done: { sizeBytes: model.length, trainSeconds } });

function say(message: TrainMessage): void {
  parentPort?.postMessage(message);
}
