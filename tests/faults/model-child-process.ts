/** Loads each model that its parent sends, asks it, and says how that went. */
import { InferenceSession } from "onnxruntime-node";
import { loadRecommender } from "../../scoring/recommender.ts";
import type { Loaded } from "./model-child.ts";

const HISTORIES = [[], ["a", "c"], Array.from({ length: 300 }, (_, at) => `i${at}`)];

process.on("message", async (model: { bytes: Uint8Array } | { byPath: string }) => {
  const loaded = await ("byPath" in model ? openPath(model.byPath) : load(model.bytes)).catch(
    (error: Error) => ({
      outcome: error.name,
      message: error.message,
    }),
  );
  const peakMb = process.resourceUsage().maxRSS / 1_024;
  process.send?.({ ...loaded, peakMb } satisfies Loaded);
});

async function load(bytes: Uint8Array): Promise<Omit<Loaded, "peakMb">> {
  const recommender = await loadRecommender(bytes);
  try {
    for (const history of HISTORIES) await recommender.recommend(history, 100);
    return { outcome: "answered", message: "" };
  } finally {
    await recommender.close();
  }
}

async function openPath(path: string): Promise<Omit<Loaded, "peakMb">> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  await session.release();
  return { outcome: "answered", message: "" };
}
