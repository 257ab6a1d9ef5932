import type { Definition } from "../core/definition.ts";
import { durationMs } from "../core/duration.ts";
import { type LoggedList, OffPolicyComparison } from "../core/experiment/off-policy-comparison.ts";
import { offPolicyReward } from "../core/experiment/off-policy-reward.ts";
import { RewardGuesses } from "../core/experiment/reward-guess.ts";
import type { OffPolicy } from "../core/qa-report.ts";
import { formatCount } from "../core/words.ts";
import {
  type LoggedListsOf,
  markOfLoggedLists,
  readLoggedLists,
  type ShownList,
} from "../db/logged-lists.ts";
import { type Served, shownShelf } from "../scoring/served-shelf.ts";
import type { ActivityContext } from "./context.ts";
import type { OpenModels } from "./qa-models.ts";
import type { StepTools } from "./record-step.ts";

/** What people like changes with time. */
const DAYS = 28;
/** Both models answer each list: about a minute. */
const MOST_LISTS = 50_000;
const PROGRESS_EVERY = 1_000;

/** Which logged lists a report of this moment would go by. */
function loggedListsOf(definition: Definition, asOf: Date): LoggedListsOf {
  const { kind, currency, within } = offPolicyReward(definition);
  return {
    ...{ model: definition.name, asOf, days: DAYS, withinMs: durationMs(within), most: MOST_LISTS },
    reward: { kind, ...(currency !== undefined && { currency }) },
  };
}

/** For the digest of a step's inputs: undefined where a report has no such part. */
export async function markOfOffPolicy(
  { database }: Pick<ActivityContext, "database">,
  definition: Definition,
  asOf: Date,
): Promise<{ lists: number; last: string | null; outcomes: number } | undefined> {
  const mark = await markOfLoggedLists(database, loggedListsOf(definition, asOf));
  return mark.lists > 0 || definition.exploration ? mark : undefined;
}

/** The candidate's lists against the live version's, person by person, each with what they had had before the list. */
export async function estimateOffPolicy(
  { database }: Pick<ActivityContext, "database">,
  of: {
    definition: Definition;
    candidate: string;
    models: Pick<OpenModels, "candidate"> & { champion: Served };
    interactionsTable: string;
    asOf: Date;
  },
  { signal, progress }: StepTools,
): Promise<OffPolicy> {
  const { definition, models, interactionsTable, asOf } = of;
  const { label, within, better } = offPolicyReward(definition);
  const guesses = new RewardGuesses();
  const comparison = new OffPolicyComparison(guesses);
  const people = new PersonByPerson(comparison);
  let lists = 0;
  await readLoggedLists(
    database,
    { ...loggedListsOf(definition, asOf), interactionsTable, signal },
    {
      onShowings: (row) => guesses.add(row),
      async onList(list) {
        const [candidate, champion] = await Promise.all(
          [models.candidate, models.champion].map((model) => answer(model, list)),
        );
        people.add(list, { candidate: candidate ?? [], champion: champion ?? [] });
        lists += 1;
        if (lists % PROGRESS_EVERY === 0) progress(`${formatCount(lists)} logged lists looked at`);
      },
    },
  );
  people.finish();
  return comparison.result({ candidate: of.candidate, reward: label, better, within, days: DAYS });
}

async function answer(served: Served, { history, k }: ShownList): Promise<string[]> {
  const { items } = await shownShelf(served, history, k);
  return items.map(({ itemId }) => itemId);
}

/** Lists come in the order of their people. */
class PersonByPerson {
  readonly #comparison: OffPolicyComparison;
  #person: { userId: string; half: 0 | 1; lists: LoggedList[] } | undefined;

  constructor(comparison: OffPolicyComparison) {
    this.#comparison = comparison;
  }

  add(
    { userId, half, k, items, propensities, rewards }: ShownList,
    answers: Pick<LoggedList, "candidate" | "champion">,
  ): void {
    if (this.#person?.userId !== userId) {
      this.finish();
      this.#person = { userId, half, lists: [] };
    }
    const shown = items.map((itemId, place) => ({
      ...{ itemId, propensity: propensities[place] ?? 1, reward: rewards[place] ?? 0 },
    }));
    this.#person.lists.push({ k, shown, ...answers });
  }

  finish(): void {
    if (this.#person) this.#comparison.addPerson(this.#person.half, this.#person.lists);
    this.#person = undefined;
  }
}
