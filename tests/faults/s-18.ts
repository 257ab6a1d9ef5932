import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { train } from "../../trainers/train.ts";
import { openDataRoadAt } from "../support/data-road-at.ts";
import { smallDefinition } from "../support/definitions.ts";
import { trainingSetOf } from "../support/training-sets.ts";
import { foreignFiles } from "./foreign-files.ts";
import { ModelChild } from "./model-child.ts";
import type { FaultRow } from "./row.ts";

const HEADER = "user_id,item_id,sold_at\n";

/** Files in other formats where a model and where a source is expected. Nothing in them may run, be unpacked or get through. */
export const s18: FaultRow = {
  id: "S-18",
  title: "Pickles, archives and other formats in the place of a model and of a source",
  bound: "none is taken, nothing in them runs",
  counts: { quick: 100, full: 400 },
  async run(context) {
    const folder = await context.folder();
    const canary = join(folder, "canary");
    const sound = train(
      trainingSetOf([{ train: ["a", "b"] }, { train: ["b", "c"] }]),
      { trainer: "popularity", maxSizeMb: 1 },
      () => {},
    );
    const all = Object.entries(foreignFiles(canary, sound));
    const files = context.random.shuffled(all).slice(0, Math.ceil(context.n / 2)); // each tried as two things
    const child = new ModelChild(folder);
    context.cleanUp(() => child.close());
    const failures: string[] = [];
    for (const [name, bytes] of files) {
      const { outcome, message } = await child.load({ bytes });
      // A model with more after it may be taken for that model; nobody looks at the rest.
      const allowed = / (before|after) a model$/.test(name)
        ? ["BrokenPromise", "answered"]
        : ["BrokenPromise"];
      if (!allowed.includes(outcome)) failures.push(`${name} as a model: ${outcome} ${message}`);
    }
    const road = await openDataRoadAt(await context.database(), folder);
    let n = files.length;
    for (const [name, bytes] of files) {
      n += 1;
      await road.write("sales.csv", bytes);
      const run = await road.open(smallDefinition());
      const taken = await run.step("ingest:sales").then(
        () => true,
        ({ name: kind }: Error) => kind !== "InvalidInput" && kind,
      );
      if (taken) failures.push(`${name} as a source: ${taken === true ? "was taken" : taken}`);
    }
    if (existsSync(canary)) failures.push("something in a file ran");
    await road.write("sales.csv", `${HEADER}u1,i1,2026-01-01T00:00:00Z\n`);
    await (await road.open(smallDefinition())).step("ingest:sales");
    failures.push(...(await scriptRuns(folder)));
    return { n, failures };
  },
};

/** The row's own check: what a file asks for does leave a trace when something runs it. */
async function scriptRuns(folder: string): Promise<string[]> {
  const trace = join(folder, "trace");
  const script = foreignFiles(trace, new Uint8Array())["shell script"] as Uint8Array;
  await writeFile(join(folder, "script"), script);
  await promisify(execFile)("sh", [join(folder, "script")]);
  return existsSync(trace) ? [] : ["the script leaves no trace when it does run"];
}
