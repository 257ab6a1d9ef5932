import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeTrainingSet } from "../core/training-set.ts";
import movies from "../examples/movies/holt.config.ts";
import { dataRoad } from "../tests/support/data-road.ts";

/** The counts of the MovieLens files' own README.txt. */
const RATINGS = 100_004;
const FILMS = 9_125;

it("takes the MovieLens files from CSV to a training set, all rows, and does nothing again for a second run", async () => {
  const road = await dataRoad();
  await cp(join(import.meta.dirname, "../examples/movies/data"), join(road.folder, "data"), {
    recursive: true,
  });
  const steps = [
    "ingest:ratings",
    "ingest:titles",
    "feature:items",
    "feature:interactions",
    "step:every_rating_is_half_a_star_to_five",
    "split",
  ];
  const first = await road.open(movies);
  await first.steps(...steps);

  expect(await first.detail("ingest:ratings")).toMatchObject({
    rowsRead: RATINGS,
    rowsKept: RATINGS,
    rowsSetAside: 0,
  });
  expect(await first.detail("ingest:titles")).toMatchObject({
    rowsRead: FILMS,
    rowsKept: FILMS,
    rowsSetAside: 0,
  });
  const split = await first.detail<{
    trainingSetDigest: string;
    trainInteractions: number;
    heldOutInteractions: number;
  }>("split");
  const set = decodeTrainingSet(await road.artifacts.get(split.trainingSetDigest));
  const interactions = await first.row("feature:interactions");
  expect(set.items).toHaveLength(FILMS);
  expect(split.trainInteractions + split.heldOutInteractions).toBe(interactions.rows);

  const second = await road.open(movies);
  for (const step of steps) expect(await second.step(step), step).toEqual({ reused: true });
  for (const step of steps) expect(await second.detail(step)).toEqual(await first.detail(step));
});
