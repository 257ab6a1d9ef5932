/** The road of one answer, whichever route asked: which version, what the person had, what the model says. */
import type { FastifyBaseLogger } from "fastify";
import type { Recommendations } from "../../core/api.ts";
import type { Placed } from "../../core/arrange.ts";
import { NotFound } from "../../core/errors.ts";
import { becauseOf } from "../../scoring/because.ts";
import { timedId } from "../../store/timed-id.ts";
import { Starting } from "../problems.ts";
import type { Spool } from "../spool/spool.ts";
import { arrangeAnswer, poolOf } from "./arrange-answer.ts";
import { recordExposure } from "./exposures.ts";
import type { Histories } from "./histories.ts";
import type { LiveModels } from "./live-models.ts";
import { answerInRollout } from "./rollout/answer-in-rollout.ts";
import type { Loaded } from "./served-version.ts";

/** What answers are made of. */
export interface RecommendContext {
  live: LiveModels;
  histories: Histories;
  /** Where what is shown is recorded. */
  spool: Pick<Spool, "append">;
}

/** What somebody asks for. */
export interface Asked {
  model: string;
  user: string;
  /** Most items of the list. */
  k: number;
  /** Whether the person will see it. What only somebody looks at, or a test asks for, is not recorded. */
  expose: boolean;
  /** Whether each item is to say what of the person's history speaks for it. */
  explain: boolean;
  /** Where they are, which rules may go by. */
  country?: string | undefined;
}

/**
 * The list of one person by what is live now. Answers whatever fails behind it.
 * @throws {NotFound} the model was never live @throws {Starting} nobody could ask yet what is live
 */
export async function recommend(
  { live, histories, spool }: RecommendContext,
  { model, user, k, expose, explain, ...context }: Asked,
  log: FastifyBaseLogger,
): Promise<Recommendations> {
  const lease = live.lease(model);
  if (!lease) throw notServed(model, live.hasLooked);
  try {
    const history = await histories.find(lease.interactionsTable, user);
    const answered = await answerInRollout(
      lease,
      { user, history, k: poolOf(lease, { k, country: context.country }) },
      (error, failing) =>
        log.error(
          { err: error },
          `model "${model}" version ${failing.version} could not answer; another does`,
        ),
    );
    const { by, arm, fallback } = answered;
    const list = arrangeAnswer(lease, answered, { history, country: context.country, k });
    const reasons = explain && !fallback ? await reasonsFor(by, history, list.items) : undefined;
    const shown = {
      ...{ model, version: by.version, user, fallback, arm },
      modelAgeSeconds: Math.max(0, Math.round((Date.now() - by.asOf.getTime()) / 1_000)),
      recommendationId: timedId(),
      ...(list.unmet.length > 0 && { rulesUnmet: list.unmet }),
      items: list.items.map(({ itemId, score, rule, isFilled }, index) => ({
        ...{ id: itemId, score, rank: index + 1 },
        ...(rule && { rule: rule.kind }),
        ...(isFilled && { filled: true as const }),
        ...(explain && { because: reasons?.get(itemId) ?? [] }),
        ...(explain && rule?.name !== undefined && { ruleName: rule.name }),
      })),
    };
    const recorded = expose && (await recordExposure(spool, shown, { k, context }));
    return { ...shown, recorded };
  } finally {
    lease.release();
  }
}

/** What a person is shown goes out though nobody can say why. */
async function reasonsFor(
  { recommender }: Loaded,
  history: readonly string[],
  items: readonly Placed[],
): Promise<ReadonlyMap<string, string[]>> {
  const shelf = items.filter(({ rule, isFilled }) => rule?.kind !== "pin" && !isFilled);
  if (!recommender) return new Map();
  return becauseOf(recommender, history, shelf).catch(() => new Map());
}

function notServed(model: string, hasLooked: boolean): Error {
  return hasLooked
    ? new NotFound(`model "${model}": was never live; approve a run of it first, see "holt runs"`)
    : new Starting(
        `model "${model}": nobody could ask PostgreSQL yet what is live; try again in some seconds`,
      );
}
