/**
 * An OpenFeature provider for Node servers: which arm of a model's experiment somebody has. It fetches the plans now and then and
 * computes the rest, as Holt's own servers do; an evaluation asks nobody. An assignment is no exposure: those are recorded where
 * Holt answers.
 */
import { z } from "zod";
import { pauseOf } from "../core/experiment/pause.ts";
import type { Assignment, ServedExperiment, UnitIds } from "../core/experiment-assignment.ts";
import { experimentSummarySchema } from "../core/experiments-api.ts";
import { assignmentOf } from "../store/assignment-of.ts";

/** After so many refreshes that failed one after another, what is known is called stale. */
const STALE_AFTER = 3;
const TIMEOUT_MS = 10_000;

export interface HoltProviderSettings {
  /** Where Holt's server is, as in `https://holt.example`. */
  url: string;
  /** Of an account that may look. */
  token: string;
  /** Whose experiments are evaluated. */
  model: string;
  /** How often plans are fetched; 30 s when left out. */
  refreshMs?: number;
  /** Told of each refresh that failed; the plans that are known stay. */
  onProblem?: (error: Error) => void;
}

/** What the OpenFeature specification calls evaluation context, as far as it is used here. */
interface Context {
  /** Id of the person. */
  targetingKey?: string | undefined;
  [attribute: string]: unknown;
}

interface Details<Value> {
  value: Value;
  variant?: string;
  reason: "SPLIT" | "DEFAULT" | "DISABLED" | "STALE";
  flagMetadata: Record<string, string | number | boolean>;
}

/** With the code that the OpenFeature SDK goes by; it answers the default value then. */
class EvaluationError extends Error {
  override name = "EvaluationError";
  readonly code: "FLAG_NOT_FOUND" | "TARGETING_KEY_MISSING" | "TYPE_MISMATCH" | "PROVIDER_NOT_READY";

  constructor(code: EvaluationError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const answerSchema = z.array(
  experimentSummarySchema.pick({
    id: true,
    plan: true,
    slice: true,
    pauses: true,
    stoppedArms: true,
    endedAt: true,
  }),
);

/**
 * A flag's key is the model's name, for whichever of its experiments somebody is in, or an experiment's id. Its value as text is
 * the arm's name, as a boolean whether that is not the control, as a number the version that the arm serves, as an object all of
 * it. `targetingKey` is the person, `household` and `session` are attributes. Who is in none gets the default value.
 */
export class HoltProvider {
  readonly metadata = { name: "holt" };
  readonly runsOn = "server";
  readonly #settings: HoltProviderSettings;
  #known: z.output<typeof answerSchema> | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: HoltProviderSettings) {
    this.#settings = settings;
  }

  /** Fetches the plans. @throws the server could not be reached, or refused */
  async initialize(): Promise<void> {
    await this.#refresh();
    const refresh = () => {
      this.#refresh().catch((error: Error) => {
        this.#failures += 1;
        this.#settings.onProblem?.(error);
      });
    };
    this.#timer = setInterval(refresh, this.#settings.refreshMs ?? 30_000).unref();
  }

  async onClose(): Promise<void> {
    clearInterval(this.#timer);
  }

  async resolveStringEvaluation(key: string, fallback: string, context: Context): Promise<Details<string>> {
    return this.#evaluate(key, fallback, context, ({ arm }) => arm.name);
  }

  async resolveBooleanEvaluation(
    key: string,
    fallback: boolean,
    context: Context,
  ): Promise<Details<boolean>> {
    return this.#evaluate(key, fallback, context, ({ experiment, arm }) => arm !== experiment.arms[0]);
  }

  async resolveNumberEvaluation(key: string, fallback: number, context: Context): Promise<Details<number>> {
    return this.#evaluate(key, fallback, context, ({ experiment: { id }, arm: { name, version } }) => {
      if (version !== null) return version;
      throw new EvaluationError(
        "TYPE_MISMATCH",
        `${id} arm "${name}" serves what is live, which is no number`,
      );
    });
  }

  async resolveObjectEvaluation<Value>(
    key: string,
    fallback: Value,
    context: Context,
  ): Promise<Details<Value>> {
    return this.#evaluate(key, fallback, context, ({ experiment: { id }, arm }) => {
      const { name, version, listOnly } = arm;
      return { experiment: id, arm: name, version, listOnly } as unknown as Value;
    });
  }

  #evaluate<Value>(
    key: string,
    fallback: Value,
    context: Context,
    read: (assignment: Assignment) => Value,
  ): Details<Value> {
    const found = this.#assignmentOf(key, idsIn(context));
    if (typeof found === "string") return { value: fallback, reason: found, flagMetadata: {} };
    const { experiment, arm: assigned, unit } = found;
    const isStale = this.#failures >= STALE_AFTER;
    const isOff =
      experiment.isPaused ||
      (this.#known ?? []).some(
        ({ id, stoppedArms }) =>
          id === experiment.id && stoppedArms.some(({ arm: name }) => name === assigned.name),
      );
    const arm = isOff ? (experiment.arms[0] ?? assigned) : assigned;
    return {
      value: read({ ...found, arm }),
      variant: arm.name,
      reason: isStale ? "STALE" : isOff ? "DISABLED" : "SPLIT",
      flagMetadata: { experiment: experiment.id, unit, assignedArm: assigned.name },
    };
  }

  #assignmentOf(key: string, ids: UnitIds): Assignment | "DEFAULT" | "DISABLED" {
    const known = this.#known;
    if (!known) throw new EvaluationError("PROVIDER_NOT_READY", "no plans were fetched yet");
    const asked = known.find(({ id }) => id === key);
    if (!asked && key !== this.#settings.model)
      throw new EvaluationError(
        "FLAG_NOT_FOUND",
        `"${key}" is neither model "${this.#settings.model}" nor one of its experiments`,
      );
    if (asked && asked.endedAt !== null) return "DISABLED";
    if (Object.values(ids).every((id) => id === undefined))
      throw new EvaluationError(
        "TARGETING_KEY_MISSING",
        "the context names nobody; give targetingKey, household or session",
      );
    const found = assignmentOf(servedOf(known), ids);
    return !found || (asked && found.experiment.id !== asked.id) ? "DEFAULT" : found;
  }

  async #refresh(): Promise<void> {
    const { url, token, model } = this.#settings;
    const place = new URL(`/api/models/${encodeURIComponent(model)}/experiments`, url);
    const answer = await fetch(place, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`Holt's server: answered ${answer.status} for ${place.pathname}`);
    this.#known = answerSchema.parse(await answer.json());
    this.#failures = 0;
  }
}

/** Those under way, holdouts first, as a server answers by them. Who was put into an arm by hand is not told. */
function servedOf(known: z.output<typeof answerSchema>): ServedExperiment[] {
  return known
    .filter(({ endedAt }) => endedAt === null)
    .sort((a, b) => Number(b.plan.holdout) - Number(a.plan.holdout) || (a.id < b.id ? -1 : 1))
    .map(({ id, plan: { layer, unit, holdout, aa, arms }, slice, ...one }) => ({
      ...{ id, layer, unit, holdout, aa, arms, slice, overrides: {} },
      isPaused: pauseOf(one) !== undefined,
    }));
}

function idsIn({ targetingKey, household, session }: Context): UnitIds {
  const id = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return { person: id(targetingKey), household: id(household), session: id(session) };
}
