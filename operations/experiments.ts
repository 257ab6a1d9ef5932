/** Experiments: what a plan would freeze, its start, and what people do to it. */
import { definitionSchema } from "../core/definition.ts";
import type { ExperimentSettings } from "../core/definition-experiment.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { type Forecast, forecast, noForecast } from "../core/experiment/forecast.ts";
import { findPlanFaults } from "../core/experiment-faults.ts";
import { type FrozenPlan, freezePlan } from "../core/experiment-plan.ts";
import type {
  Experiment,
  ExperimentOverride,
  ExperimentShip,
  ExperimentTraffic,
  NewExperiment,
  PlannedExperiment,
} from "../core/experiments-api.ts";
import { describeFault } from "../core/faults.ts";
import type { Actor } from "../core/roles.ts";
import { getDefinition } from "../db/definitions.ts";
import * as looks from "../db/experiment-looks.ts";
import * as experiments from "../db/experiments.ts";
import { readPast } from "../db/past-exposures.ts";
import { isTimeout } from "../db/refusals.ts";
import { listAliases } from "../db/version-aliases.ts";
import { findLive, getVersion } from "../db/versions.ts";
import { getModel } from "../db/views/models.ts";
import { digestOf } from "../store/digest.ts";
import { assertAnswers } from "./assert-release.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/** Each statement over past exposures may take so long; a person waits for it. */
const PAST_MS = 20_000;

/**
 * What a start would freeze now: the applied definition's plan, or the one that is given, with versions in the place of names;
 * and how many days it needs, by what past exposures say.
 * @throws {InvalidInput} no plan, or one with faults, all of them named
 * @throws {NotFound} no such model @throws {Conflict} nothing of it is live
 */
export async function planExperiment(
  context: Pick<OperationsContext, "database">,
  model: string,
  given?: ExperimentSettings,
): Promise<PlannedExperiment> {
  const plan = await freeze(context, model, given);
  return { plan, digest: digestOf(plan), forecast: await foresee(context, plan) };
}

async function foresee(
  { database: { db } }: Pick<OperationsContext, "database">,
  plan: FrozenPlan,
): Promise<Forecast> {
  if (plan.unit !== "person")
    return noForecast(
      `an exposure names a ${plan.unit} only within an experiment, so nobody knows how many there are before one`,
    );
  try {
    const past = await readPast(db, plan, { now: new Date(), withinMs: PAST_MS });
    return past
      ? forecast(plan, past)
      : noForecast("no whole day with exposures of the model has passed yet");
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return noForecast(`the past exposures could not be summed up within ${PAST_MS / 1_000} s`);
  }
}

async function freeze(
  { database: { db } }: Pick<OperationsContext, "database">,
  model: string,
  given: ExperimentSettings | undefined,
): Promise<FrozenPlan> {
  const row = await getModel(db, model);
  const settings =
    given ?? definitionSchema.parse((await getDefinition(db, row.definition_digest)).body).experiment;
  if (!settings)
    throw new InvalidInput(
      `model "${model}" experiment: its definition has no plan; write "experiment" in it and apply it, or give a plan's file`,
    );
  const faults = findPlanFaults(settings);
  if (faults.length > 0) throw refused(model, faults);
  const live = await findLive(db, model);
  if (!live)
    throw new Conflict(
      `model "${model}" experiment: nothing of the model is live, so there is nothing to compare with; run it first with "holt run ${model}"`,
    );
  const aliases = new Map((await listAliases(db, model)).map(({ name, version }) => [name, version]));
  const frozen = freezePlan(settings, { model, champion: live.version, aliases });
  if (!frozen.ok) throw refused(model, frozen.faults);
  return frozen.plan;
}

/**
 * Freezes a plan and begins: servers load what the arms serve and answer by it within seconds.
 * @throws as planExperiment, and {NotAllowed}, {BrokenPromise} an arm's version was not approved, {Conflict} a freeze holds
 * the model, or its layer has no room
 */
export async function startExperiment(
  context: OperationsContext,
  actor: Actor,
  model: string,
  { plan: given, reason }: NewExperiment,
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  const plan = await freeze(context, model, given);
  const { db } = context.database;
  const id = await experiments.startExperiment(db, { proof: actor.proof.reveal(), plan, reason });
  return experiments.getExperiment(db, id);
}

/** Everybody is answered by what is live again. @throws {NotAllowed | NotFound} @throws {Conflict} it has ended before */
export async function endExperiment(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: string,
  { reason }: { reason: string },
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  await experiments.endExperiment(db, { proof: actor.proof.reveal(), id, reason });
  return experiments.getExperiment(db, id);
}

/**
 * Puts an arm's version live, the same flip as a deployment or a rollback, and ends the experiment.
 * @throws {Conflict} what it was compared with is no longer live, a freeze holds, the arm has no version of its own, it has ended
 * @throws {BrokenPromise} the version was not approved, or its model answers otherwise than when it was trained
 * @throws {NotAllowed | NotFound}
 */
export async function shipExperiment(
  { database: { db }, checkRelease }: OperationsContext,
  actor: Actor,
  id: string,
  { arm, reason }: ExperimentShip,
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  const { model, plan } = await experiments.getExperiment(db, id);
  const version = plan.arms.find(({ name }) => name === arm)?.version ?? undefined;
  if (version !== undefined && checkRelease)
    await assertAnswers(checkRelease, await getVersion(db, model, version));
  await looks.shipExperiment(db, { proof: actor.proof.reveal(), id, arm, reason });
  return experiments.getExperiment(db, id);
}

/**
 * The control answers whoever is in it, nobody looks at it, and its days do not count, until it is resumed.
 * @throws {NotAllowed | NotFound} @throws {Conflict} it is paused already, or has ended
 */
export async function pauseExperiment(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: string,
  { reason }: { reason: string },
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  await experiments.pauseExperiment(db, { proof: actor.proof.reveal(), id, reason });
  return experiments.getExperiment(db, id);
}

/** Each arm answers its people again. @throws {NotAllowed | NotFound} @throws {Conflict} it is not paused, or a freeze holds the model */
export async function resumeExperiment(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: string,
  { reason }: { reason: string },
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  await experiments.resumeExperiment(db, { proof: actor.proof.reveal(), id, reason });
  return experiments.getExperiment(db, id);
}

/** Has more people in it; whoever was stays where they are. @throws {NotAllowed | NotFound} @throws {Conflict} less, or more than planned */
export async function growExperiment(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: string,
  change: ExperimentTraffic,
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  await experiments.growExperiment(db, { ...change, proof: actor.proof.reveal(), id });
  return experiments.getExperiment(db, id);
}

/** Puts a unit into an arm by hand, for a look; the analysis leaves it out. @throws {NotAllowed | NotFound | Conflict} */
export async function overrideArm(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: string,
  change: ExperimentOverride,
): Promise<Experiment> {
  requireAbility(actor, "rollback");
  await experiments.overrideArm(db, { ...change, proof: actor.proof.reveal(), id });
  return experiments.getExperiment(db, id);
}

function refused(model: string, faults: Parameters<typeof describeFault>[0][]): InvalidInput {
  const lines = faults.map(({ path, problem }) => describeFault({ path: ["experiment", ...path], problem }));
  return new InvalidInput(lines.map((line) => `model "${model}": ${line}`).join("\n"));
}
