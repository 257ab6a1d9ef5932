/** The road of one answer, whichever route asked: which version, what the person had, what the model says. */
import type { FastifyBaseLogger } from "fastify";
import type { Recommendations } from "../../core/api.ts";
import type { Placed } from "../../core/arrange.ts";
import { NotFound } from "../../core/errors.ts";
import type { Assignment } from "../../core/experiment-assignment.ts";
import type { Filters } from "../../core/filters.ts";
import { becauseOf } from "../../scoring/because.ts";
import { assignmentOf } from "../../store/assignment-of.ts";
import { timedId, timeOf } from "../../store/timed-id.ts";
import { Starting } from "../problems.ts";
import type { GivenTally } from "../spool/given-tally.ts";
import type { Spool } from "../spool/spool.ts";
import { arrangeAnswer, poolOf } from "./arrange-answer.ts";
import { answerInExperiment, leftOutBecause } from "./experiment/answer-in-experiment.ts";
import { type Context, recordExposure } from "./exposures.ts";
import type { Histories } from "./histories.ts";
import type { LiveModels } from "./live-models.ts";
import { answerInRollout } from "./rollout/answer-in-rollout.ts";
import { GuardedModel, ModelAway } from "./scorer/guarded-model.ts";
import type { Loaded } from "./served-version.ts";
import type { Lease } from "./slot.ts";

/** What answers are made of. */
export interface RecommendContext {
  live: LiveModels;
  histories: Histories;
  /** Where what is shown is recorded. */
  spool: Pick<Spool, "append">;
  /** Counts what is given in arms of experiments. */
  tally: Pick<GivenTally, "count">;
}

/** One list that somebody asks for. */
export interface Asked {
  /** Who will see it, and is kept with the exposure; empty when nobody is named. */
  user: string;
  /** What has its answers by the same version while another is rolled out: the person, or what the list goes with. */
  unit: string;
  /** By what else an experiment may tell units apart. */
  household?: string | undefined;
  session?: string | undefined;
  /** Whose list it is, where a version's lists were written beforehand; undefined when it goes with an item alone. */
  person?: string | undefined;
  history: readonly string[];
  /** Most items of the list. */
  k: number;
  /** Whether each item is to say what of the history speaks for it. */
  explain: boolean;
  /** Where they are, which rules may go by. */
  country?: string | undefined;
  /** Only items with these values. */
  filters?: Filters | undefined;
  /** What else it was asked with, kept with the exposure as the country is. */
  context: Context;
}

/** What answers a request, however many lists it asks for. */
export interface Answering {
  model: string;
  lease: Lease;
  spool: RecommendContext["spool"];
  tally: RecommendContext["tally"];
  /** Whether people will see it. What only somebody looks at, or a test asks for, is not recorded. */
  expose: boolean;
  log: FastifyBaseLogger;
}

/**
 * Does the work with what is live now, which stays the same until the work is done.
 * @throws {NotFound} the model was never live @throws {Starting} nobody could ask yet what is live
 * @throws {ModelAway} no version of it can be had
 */
export async function withLease<Result>(
  live: LiveModels,
  model: string,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const lease = live.lease(model);
  if (!lease) throw notServed(model, live);
  try {
    return await work(lease);
  } finally {
    lease.release();
  }
}

/** One list by what is live. Answers whatever fails behind it. */
export async function recommend(
  { model, lease, spool, tally, expose, log }: Answering,
  { user, unit, household, session, person, history, k, explain, country, filters, context }: Asked,
): Promise<Recommendations> {
  const startedMs = performance.now();
  const assignment =
    lease.experiments.length > 0
      ? assignmentOf(lease.experiments, { person: user, household, session })
      : undefined;
  const asked = { unit, person, history, k: poolOf(lease, { k, country, filters }) };
  const onProblem = (error: Error, failing: Loaded) =>
    log.error({ err: error }, `model "${model}" version ${failing.version} could not answer; another does`);
  const answered =
    assignment && !lease.isListOnly
      ? await answerInExperiment(lease, assignment, asked, onProblem)
      : await answerInRollout(lease, asked, onProblem);
  const { by, arm, fallback } = answered;
  const recommendationId = timedId();
  const list = arrangeAnswer(lease, answered, { history, country, filters, k, id: recommendationId });
  const reasons = explain && !fallback ? await reasonsFor(by, history, list.items) : undefined;
  // no spread, here and below: each would cost as much as all else that is made of an answer
  const shown: Recommendations = {
    model,
    version: by.version,
    user,
    arm,
    fallback,
    modelAgeSeconds: Math.max(0, Math.round((Date.now() - by.asOf.getTime()) / 1_000)),
    recommendationId,
    recorded: false,
    items: list.items.map(({ itemId, score, rule, isFilled, isExplored, isDrawnAsNew }, index) => {
      const item: Recommendations["items"][number] = { id: itemId, score, rank: index + 1 };
      if (rule) item.rule = rule.kind;
      if (isFilled) item.filled = true;
      if (isExplored) item.explored = true;
      if (isDrawnAsNew) item.drawnAsNew = true;
      if (explain) item.because = reasons?.get(itemId) ?? [];
      if (explain && rule?.name !== undefined) item.ruleName = rule.name;
      return item;
    }),
  };
  if (lease.insteadOf && by === lease.model) shown.insteadOf = lease.insteadOf;
  if (list.unmet.length > 0) shown.rulesUnmet = list.unmet;
  if (list.filtersUnmet) shown.filtersUnmet = list.filtersUnmet;
  const isPlain = country === undefined && filters === undefined;
  const leftOut = assignment && leftOutBecause(lease, assignment, asked);
  let kept: Context = isPlain
    ? context
    : { ...(country && { country }), ...(filters && { filters }), ...context };
  if (assignment) {
    shown.experiment = { id: assignment.experiment.id, arm: assignment.arm.name };
    const ms = Math.round(10 * (performance.now() - startedMs)) / 10;
    kept = { ...kept, experiment: keptOf(assignment, ms, leftOut) };
  }
  const { propensities } = list;
  if (!expose) return shown;
  shown.recorded = await recordExposure(spool, shown, { k, context: kept, propensities });
  if (assignment && leftOut === undefined)
    tally.count({
      ...{ experiment: assignment.experiment.id, arm: assignment.arm.name },
      ...{ atMs: timeOf(recommendationId), isKept: shown.recorded },
    });
  return shown;
}

/** What PostgreSQL keeps in columns of their own: the arm that was meant, whatever answered, and how long the list took. */
function keptOf(
  { experiment: { id }, arm: { name: arm }, unit }: Assignment,
  ms: number,
  leftOut: ReturnType<typeof leftOutBecause>,
) {
  return { id, arm, unit, ms, ...(leftOut !== undefined && { leftOut }) };
}

/** What a person is shown goes out though nobody can say why. */
async function reasonsFor(
  { recommender }: Loaded,
  history: readonly string[],
  items: readonly Placed[],
): Promise<ReadonlyMap<string, string[]>> {
  const shelf = items.filter(({ rule, isFilled }) => rule?.kind !== "pin" && !isFilled);
  if (!(recommender instanceof GuardedModel)) return new Map(); // lists were written without their reasons
  return becauseOf(recommender, history, shelf).catch(() => new Map());
}

function notServed(model: string, live: LiveModels): Error {
  if (live.isLive(model))
    return new ModelAway(
      `model "${model}": what is live could not be loaded, nor anything that was live before; /readyz says why, and it is tried again`,
    );
  return live.hasLooked
    ? new NotFound(`model "${model}": was never live; approve a run of it first, see "holt runs"`)
    : new Starting(
        `model "${model}": nobody could ask PostgreSQL yet what is live; try again in some seconds`,
      );
}
