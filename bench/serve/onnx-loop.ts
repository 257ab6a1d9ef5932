import { InferenceSession, Tensor } from "onnxruntime-node";
import { median } from "../../core/metrics.ts";
import type { Shop } from "./shop.ts";

const CALLS = 5_000;

/** Processor time of one answer of the model for one person after another, with tensors made beforehand, in microseconds. */
export async function loopUs({ model, people }: Shop, k: number, runs: number): Promise<number> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const feeds = people.slice(0, CALLS).map(({ history }) => ({
    history: new Tensor("string", history, [history.length]),
    k: new Tensor("int64", BigInt64Array.of(BigInt(k)), [1]),
  }));
  const figures: number[] = [];
  for (let attempt = 0; attempt < runs; attempt += 1) {
    const before = process.cpuUsage();
    for (const feed of feeds) await session.run(feed);
    const { user, system } = process.cpuUsage(before);
    figures.push((user + system) / feeds.length);
  }
  await session.release();
  return median(figures) ?? Number.NaN;
}
