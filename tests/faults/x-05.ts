import {
  addModels,
  differences,
  type Ended,
  endOf,
  type Kind,
  liveExperiments,
} from "./lived-experiments.ts";
import type { FaultRow } from "./row.ts";
import { openStormyStage, TARGETS } from "./stormy-stage.ts";

/** What must come of them, or nothing much was decided. Of arms that are alike nothing must. */
const WANTED: Partial<Record<Kind, string>> = { harm: "stop", better: "ship" };

/** Experiments in fast motion, once undisturbed, once while their processes are killed. */
export const x05: FaultRow = {
  id: "X-05",
  title: "kill -9 of worker, server or database during experiments in fast motion",
  bound: "same verdicts, same numbers, same version live as undisturbed; each ends once",
  counts: { quick: 3, full: 50 },
  async run({ n, seed, random, ...context }) {
    const stage = await openStormyStage(context);
    const [calmModels, stormyModels] = [
      await addModels(stage, "calm", n),
      await addModels(stage, "stormy", n),
    ];
    const calm = await liveExperiments(stage, calmModels, seed);
    const storm = stage.storm(random, n < x05.counts.full ? TARGETS.length : Number.POSITIVE_INFINITY);
    const disturbed = await liveExperiments(stage, stormyModels, seed);
    const kills = await storm.stop();
    const failures = [
      ...calm.flatMap((one, at) => differences(one, disturbed[at] as Ended)),
      ...calm.flatMap(({ kind, verdict }, at) =>
        WANTED[kind] === undefined || verdict === WANTED[kind]
          ? []
          : [`experiment ${at}, undisturbed: ${kind} came to ${verdict}`],
      ),
      ...TARGETS.flatMap((target) => (kills[target] > 0 ? [] : [`${target} was never killed`])),
    ];
    // A number that somebody changes must be found, or the comparison sees nothing.
    const [first] = disturbed;
    if (first) {
      await stage.database.pool.query("update experiment_day set y = y + 0.25 where experiment_id = $1", [
        first.id,
      ]);
      if (differences(first, await endOf(stage, first)).length === 0)
        failures.push("a changed sum was not found");
    }
    return {
      n,
      failures,
      figures: Object.fromEntries(TARGETS.map((target) => [`kills of ${target}`, kills[target]])),
    };
  },
};
