import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { train } from "../../trainers/train.ts";
import { trainingSetOf } from "../support/training-sets.ts";
import { changed, mutant, OTHER_CHANGES, outsideTensors, plantFiles } from "./hostile-models.ts";
import { type Loaded, ModelChild } from "./model-child.ts";
import type { FaultRow } from "./row.ts";

/** A process with a sound small model takes about 150 MB. */
const MOST_MB = 700;

/** Models that want to read files, run code, loop or fill the memory, and thousands that are merely broken. */
export const s16: FaultRow = {
  id: "S-16",
  title: "Hostile ONNX files",
  bound: `no file read, no process lost, at most ${MOST_MB} MB and 10 s`,
  counts: { quick: 900, full: 10_800 },
  async run({ n, random, folder: makeFolder, cleanUp }) {
    const folder = await makeFolder();
    const locations = await plantFiles(folder);
    const child = new ModelChild(join(folder, "inner"));
    cleanUp(() => child.close());
    const models = soundModels();
    const failures: string[] = [];
    let tried = 0;
    const look = async (name: string, bytes: Uint8Array, allowed: readonly string[]) => {
      tried += 1;
      const loaded = await child.load({ bytes });
      if (!allowed.includes(loaded.outcome) || loaded.peakMb > MOST_MB)
        failures.push(`${name}: ${inWords(loaded)}`);
    };
    const hostile = [...outsideTensors(locations), ...OTHER_CHANGES];
    for (const [at, [name, change]] of hostile.entries())
      await look(name, changed(models[at % models.length] as Uint8Array, change), ["BrokenPromise"]);
    while (tried < n)
      await look(`mutant ${tried}`, mutant(random.pick(models), random), ["BrokenPromise", "answered"]);
    for (const bytes of models) await look("a sound model", bytes, ["answered"]);
    failures.push(...(await carelessLoaderReads(child, join(folder, "inner"), models[0] as Uint8Array)));
    return { n: tried, failures };
  },
};

function soundModels(): Uint8Array[] {
  const set = trainingSetOf([
    { train: ["a", "b", "c"] },
    { train: ["a", "b", "d"] },
    { train: ["c", "d", "e"] },
  ]);
  const progress = () => {};
  const limit = { maxSizeMb: 1 };
  return [
    train(set, { trainer: "popularity", ...limit }, progress),
    train(set, { trainer: "item_similarity", neighbours: 4, shrinkage: 1, ...limit }, progress),
    train(
      set,
      { trainer: "als", factors: 3, iterations: 2, regularization: 0.1, alpha: 2, seed: 1, ...limit },
      progress,
    ),
  ];
}

/** The row's own check: a file that names data beside itself does get it from a loader that goes by the path. */
async function carelessLoaderReads(child: ModelChild, folder: string, model: Uint8Array): Promise<string[]> {
  await writeFile(join(folder, "weights.bin"), new Uint8Array(65_536));
  const [, change] =
    outsideTensors(["weights.bin"]).find(([name]) => name.endsWith("in a new constant")) ?? [];
  if (!change) return ["no outside tensor to check the row with"];
  const path = join(folder, "careless.onnx");
  const used = changed(model, (graph, whole) => {
    change(graph, whole);
    graph.node?.push({ name: "use", opType: "Abs", input: ["outside"], output: ["used"] });
    graph.output?.push({
      name: "used",
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 16_384 }] } } },
    });
  });
  await writeFile(path, used);
  const open = await child.load({ byPath: path });
  return open.outcome === "answered"
    ? []
    : [`a careless loader cannot open such a file either (${inWords(open)})`];
}

function inWords({ outcome, message, peakMb }: Loaded): string {
  return `${outcome} ${message.slice(0, 200)} (${Math.round(peakMb)} MB)`;
}
