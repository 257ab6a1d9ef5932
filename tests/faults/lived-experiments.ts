/** Experiments from their start to their end, by a real worker: what people do is drawn, and stored as servers store it. */
import { setTimeout as sleep } from "node:timers/promises";
import { experimentSchema } from "../../core/definition-experiment.ts";
import type { Outcome } from "../../core/outcome.ts";
import { listLooks } from "../../db/experiment-looks.ts";
import { listSums } from "../../db/experiment-sums.ts";
import { getExperiment, listExperiments } from "../../db/experiments.ts";
import { exposureLine, outcomeLine } from "../../db/exposure-lines.ts";
import { storeSpooled } from "../../db/exposures.ts";
import { findLive } from "../../db/versions.ts";
import { startExperiment } from "../../operations/experiments.ts";
import { timedId } from "../../store/timed-id.ts";
import { ageExperiment, quickExperiment } from "../support/experiments.ts";
import type { Stage } from "../support/open-stage.ts";
import { addLiveVersion, storeModels } from "../support/shop.ts";
import { until } from "../support/until.ts";
import { Random } from "./random.ts";

const KINDS = ["harm", "better", "even"] as const;
export type Kind = (typeof KINDS)[number];

const AT_ONCE = 10;
/** Of each arm. */
const PEOPLE = 600;
const AGAIN_MS = 200;
const PARTS = 3;
/** Between two parts of what people did, so that the later one comes after a look. */
const PART_MS = 700;
const OFTEN = 1 / 3;
const SELDOM = 1 / 9;

/** What came of one, without what hangs on names and the clock. */
export interface Ended {
  id: string;
  model: string;
  kind: Kind;
  verdict: string | undefined;
  found: Record<string, unknown>;
}

/** So many models, each with two versions; the second is live. */
export async function addModels(stage: Stage, name: string, n: number): Promise<string[]> {
  // two that differ, or they were one version
  const artifacts = [await storeModels(stage.artifacts, "old"), await storeModels(stage.artifacts)];
  const models = Array.from({ length: n }, (_, nth) => `${name}${nth}`);
  for (const model of models)
    for (const each of artifacts) await addLiveVersion(stage.database.db, { model, artifacts: each });
  return models;
}

/** Runs one on each model, some at once, to their ends. The same seed, the same people. */
export async function liveExperiments(
  stage: Stage,
  models: readonly string[],
  seed: number,
): Promise<Ended[]> {
  const ended: Ended[] = [];
  let next = 0;
  const work = async () => {
    for (let nth = next++; nth < models.length; nth = next++)
      ended[nth] = await liveOne(stage, models[nth] as string, {
        kind: KINDS[nth % KINDS.length] as Kind,
        random: new Random(seed * 1_000_003 + nth),
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ended;
}

async function liveOne(
  stage: Stage,
  model: string,
  { kind, random }: { kind: Kind; random: Random },
): Promise<Ended> {
  const { database } = stage;
  const id = await insist(() => startOnce(stage, model));
  const { exposures, clicks, spends } = drawPeople(stage, { id, model, kind, random });
  await insist(() => storeSpooled(database, "exposure", exposures));
  const parts = Array.from({ length: PARTS }, (_, part) => clicks.filter((_, at) => at % PARTS === part));
  // an effect comes all at once and last, so that no look decides by a part of it; where there is none, clicks come late
  for (const lines of kind === "even" ? [spends, ...parts] : [...parts, spends]) {
    await insist(() => storeSpooled(database, "outcome", lines));
    await sleep(PART_MS);
  }
  if (kind !== "harm")
    await insist(() => ageExperiment(database.db, id, kind === "better" ? "8 days" : "15 days"));
  await until(`the end of experiment "${id}"`, async () => {
    const { endedAt } = await insist(() => getExperiment(database.db, id));
    return endedAt !== null;
  });
  return endOf(stage, { id, model, kind });
}

/** What is in the database of one now. */
export async function endOf(
  { database: { db } }: Pick<Stage, "database">,
  { id, model, kind }: Pick<Ended, "id" | "model" | "kind">,
): Promise<Ended> {
  return insist(async () => {
    const { endReason, endedBy } = await getExperiment(db, id);
    const look = (await listLooks(db, id)).at(-1);
    const acts = await db
      .selectFrom("audit")
      .select(["action", "detail"])
      .where("model", "=", model)
      .where("action", "in", ["settle_experiment", "start_experiment"])
      .orderBy("id")
      .execute();
    const flips = await db.selectFrom("deployment").select("version").where("model", "=", model).execute();
    const found = {
      ...{
        endReason,
        endedBy,
        verdict: look?.verdict,
        arm: look?.arm,
        reason: look?.reason,
        // what it may still find goes by the pace at which people come, and so by the clock
        analysis: look && { ...look.analysis, outlook: undefined },
      },
      acts: acts.map(({ action, detail }) => [action, action === "settle_experiment" ? detail : null]),
      flips: flips.map(({ version }) => version).sort(),
      live: (await findLive(db, model))?.version,
      sums: (await listSums(db, id)).map(({ day: _, ...sums }) => sums),
    };
    return { id, model, kind, verdict: look?.verdict, found };
  });
}

/** A sentence for each thing that is not as it was undisturbed. */
export function differences(calm: Ended, other: Ended): string[] {
  return Object.entries(calm.found).flatMap(([what, was]) => {
    const [before, after] = [was, other.found[what]].map((value) => JSON.stringify(value));
    return before === after
      ? []
      : [`experiment "${other.id}" (${calm.kind}): ${what} is ${after}, undisturbed ${before}`];
  });
}

/** Its answer may have been lost, not its commit. */
async function startOnce(stage: Stage, model: string): Promise<string> {
  const { database, temporal, engineer } = stage;
  const [there] = await listExperiments(database.db, model);
  if (there) return there.id;
  const plan = experimentSchema.parse(quickExperiment({ confirm: "automatic" }));
  return (await startExperiment({ database, temporal }, engineer, model, { plan, reason: "to see" })).id;
}

/** Each is shown one list, all in one millisecond, so that all come of age at once. Amounts add up without an error. */
function drawPeople(
  { engineer }: Stage,
  { id, model, kind, random }: { id: string; model: string; kind: Kind; random: Random },
): Record<"exposures" | "clicks" | "spends", Buffer[]> {
  const now = Date.now();
  const pays = {
    control: kind === "better" ? SELDOM : OFTEN,
    treatment: kind === "harm" ? SELDOM : OFTEN,
  };
  const exposures: Buffer[] = [];
  const told: Record<"click" | "spend", Buffer[]> = { click: [], spend: [] };
  for (const [arm, chance] of Object.entries(pays))
    for (let person = 0; person < PEOPLE; person++) {
      const unit = `${arm}-${person}`;
      const recommendationId = timedId(now);
      const shown = { id: recommendationId, model, version: 1, arm, fallback: false, user: unit, k: 1 };
      const context = { experiment: { id, arm, unit } };
      exposures.push(Buffer.from(exposureLine({ ...shown, items: [{ id: "i00", score: 1 }], context })));
      const tell = (outcome: Pick<Outcome, "kind"> & Partial<Outcome>) => {
        const whole = {
          id: `${recommendationId}-${outcome.kind}`,
          recommendationId,
          itemId: "i00",
          ...outcome,
        } as Outcome;
        told[outcome.kind as "click" | "spend"].push(
          Buffer.from(outcomeLine({ outcome: whole, personId: engineer.personId, receivedMs: now })),
        );
      };
      if (random.next() < 1 / 4) tell({ kind: "click" });
      const amount = String(5 + random.below(40) / 4);
      if (random.next() < chance) tell({ kind: "spend", amount, currency: "EUR" });
    }
  return { exposures, clicks: told.click, spends: told.spend };
}

/** What fails while PostgreSQL is away is done again; what it did is done once. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (const giveUpAt = Date.now() + 60_000; ; await sleep(AGAIN_MS)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
  }
}
