/** The demo's last chapter: a simulated audience looks at both arms of an experiment, and what it spends decides. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { served } from "../../cli/print/experiment.ts";
import { drawLook } from "../../cli/print/experiment-look.ts";
import type { Experiment } from "../../core/experiments-api.ts";
import { findWaitsFor, listLooks } from "../../db/experiment-looks.ts";
import { getExperiment, listExperiments } from "../../db/experiments.ts";
import { findLive } from "../../db/versions.ts";
import { liveDay } from "../../examples/movies/audience/day.ts";
import { type Catalogue, readCatalogue } from "../../examples/movies/audience/films.ts";
import { httpProduct } from "../../examples/movies/audience/product.ts";
import { makeViewers, type Viewer } from "../../examples/movies/audience/viewers.ts";
import { endExperiment, startExperiment } from "../../operations/experiments.ts";
import { DAY_MS, DAYS, PLAN } from "./experiment-plan.ts";
import { MODEL, type Stage } from "./stage.ts";

const DATA = join(import.meta.dirname, "..", "..", "examples", "movies", "data");
const REASON = "the demo compares the learned model with the popularity list";
const SEED = 1;
const PEOPLE = 6_000;
const LOOK_EVERY_MS = 200;
/** After the audience's last day; by then its last look has been. */
const LONGEST_WAIT_MS = 30_000;

/** Runs the experiment to its end. Does nothing where there is nothing to compare, or somebody's own is under way. */
export async function watchExperiment(stage: Stage): Promise<void> {
  const { narrator, database, stack } = stage;
  const live = await findLive(database.db, MODEL);
  if (live?.release.candidate === "popularity")
    return narrator.say("The popularity list is live, so there is nothing to compare it with.");
  const others = await endLeftover(stage);
  if (others[0]) return narrator.say(`Experiment ${others[0].id} is under way, which the demo leaves alone.`);
  const { id } = await startExperiment(stage, stack.people.engineer, MODEL, { plan: PLAN, reason: REASON });
  const begun = await getExperiment(database.db, id);
  narrator.say(
    `Experiment ${id}: "${PLAN.hypothesis}" ${begun.plan.arms.map(served).join("; ")}. What a person spends decides.`,
  );
  narrator.say(
    `A simulated audience of ${PEOPLE.toLocaleString("en-US")}, in fast motion: a day takes ${DAY_MS / 1_000} s. It clicks what fits, and pays for what everybody knows. Lists, exposures and outcomes go through the server as in earnest:`,
  );
  const catalogue = await readCatalogue(DATA);
  const viewers = makeViewers(catalogue, { seed: SEED, people: PEOPLE });
  await untilServed(stage, id, viewers[0] as Viewer);
  await liveDays(stage, id, { catalogue, viewers });
  await conclude(stage, await untilEnded(stage, id));
}

/** Ends what an interrupted demo left; experiments that are not the demo's. */
async function endLeftover(stage: Stage): Promise<Experiment[]> {
  const { narrator, database, stack } = stage;
  const open = (await listExperiments(database.db, MODEL)).filter(({ endedAt }) => endedAt === null);
  for (const { id } of open.filter(({ reason }) => reason === REASON)) {
    narrator.say(`Experiment ${id} was left by an interrupted demo; it is ended, and another begins.`);
    await endExperiment(stage, stack.people.engineer, id, { reason: "the demo was interrupted" });
  }
  return open.filter(({ reason, plan }) => reason !== REASON && !plan.holdout);
}

/** Servers hear of an experiment, and load what its arms serve. */
async function untilServed({ stack, signal }: Stage, id: string, { id: user, seen }: Viewer): Promise<void> {
  const { serverUrl, token } = stack.settings;
  for (;;) {
    const response = await fetch(`${serverUrl}/v1/models/${MODEL}/recommendations`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ expose: false, requests: [{ user, items: seen, k: 1 }] }), // nobody is shown it
      signal,
    });
    if (!response.ok)
      throw new Error(`server: answered ${response.status} in an experiment: ${await response.text()}`);
    const { answers } = (await response.json()) as {
      answers: { arm: string; experiment?: { id: string } }[];
    };
    if (answers[0]?.experiment?.id === id && answers[0].arm !== "fallback") return;
    await setTimeout(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function liveDays(
  { narrator, stack, database, signal }: Stage,
  id: string,
  { catalogue: { films }, viewers }: { catalogue: Catalogue; viewers: readonly Viewer[] },
): Promise<void> {
  const { serverUrl: url, token = "" } = stack.settings;
  const product = httpProduct({ url, token, model: MODEL, signal });
  for (let day = 1; day <= DAYS; day++) {
    const next = Date.now() + DAY_MS;
    if ((await getExperiment(database.db, id)).endedAt !== null) return;
    const counts = await liveDay(product, { viewers, films }, { seed: SEED, day, paysFor: "fame" });
    const told = PLAN_ARMS.map((arm) => {
      const { lists, clicks, spent } = counts.get(arm) ?? { lists: 0, clicks: 0, spent: 0 };
      return `${arm} ${lists} lists, ${clicks} clicks, ${(spent / 100).toFixed(2)} EUR`;
    });
    narrator.show(`day ${day}: ${told.join("; ")}`);
    await setTimeout(Math.max(0, next - Date.now()), undefined, { signal });
  }
}

const PLAN_ARMS = Object.keys(PLAN.arms);

/** Waits until Holt has ended it; the demo's engineer does so where it goes on. */
async function untilEnded({ database, signal, ...rest }: Stage, id: string): Promise<Experiment> {
  for (const until = Date.now() + LONGEST_WAIT_MS; Date.now() < until; ) {
    const now = await getExperiment(database.db, id);
    if (now.endedAt !== null) return now;
    await setTimeout(LOOK_EVERY_MS, undefined, { signal });
  }
  return endExperiment({ ...rest, database }, rest.stack.people.engineer, id, {
    reason: "the demo's audience told too little to decide",
  });
}

async function conclude({ narrator, database }: Stage, ended: Experiment): Promise<void> {
  const look = (await listLooks(database.db, ended.id)).at(-1);
  if (!look) throw new Error(`experiment "${ended.id}": was never looked at; see the worker's log`);
  narrator.show(drawLook(look, ended, await findWaitsFor(database.db, ended.id)));
  if (look.verdict !== "stop")
    return narrator.say(
      `Experiment ${ended.id} has ended${ended.endedBy ? "" : " by itself"}: ${ended.endReason}.`,
    );
  narrator.say(
    `Experiment ${ended.id} has ended by itself. What is live stays until a person decides: npm run holt -- rollback movies --reason "it earns less than the list"`,
  );
}
