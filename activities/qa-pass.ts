import type { Definition } from "../core/definition.ts";
import { checkCase } from "../core/qa-cases.ts";
import type { ToldCheck } from "../core/qa-check.ts";
import type { QaCounts } from "../core/qa-counts.ts";
import type { Items } from "../core/qa-items.ts";
import type { PersonShelves } from "../core/shelf-pass.ts";
import { formatCount } from "../core/words.ts";
import { forEachHistory } from "../db/people-histories.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";
import type { QaInputs } from "./qa-inputs.ts";
import { askForShelves, type OpenModels } from "./qa-models.ts";
import type { StepTools } from "./record-step.ts";

/** Where a test may kill it: after some people also of a small model. */
const FAILPOINT_PERSON = 10;
const PROGRESS_EVERY = 100;
/** In this pass histories are whole. */
const NOTHING: ReadonlySet<string> = new Set();

export interface EverybodyPass {
  definition: Definition;
  interactionsTable: string;
  inputs: QaInputs;
  models: OpenModels;
  counts: QaCounts;
  /** Whoever else counts something. */
  onPerson: (person: PersonShelves) => void;
}

/**
 * Asks all models for everybody's shelves, as they would be served, one person after the other. Gives the histories of
 * the people whom the definition names, in its cases and previews.
 */
export async function passOverEverybody(
  { database: { db } }: ActivityContext,
  { definition, interactionsTable, inputs, models, counts, onPerson }: EverybodyPass,
  { signal, progress }: StepTools,
): Promise<Map<string, readonly string[]>> {
  const { k } = definition.evaluation;
  const named = namedPeople(definition);
  const histories = new Map<string, readonly string[]>();
  const segments = await inputs.openSegments();
  await forEachHistory(db, interactionsTable, { signal }, async ({ userId, items: history }) => {
    const groups = await inputs.groups.of(userId);
    const { isOwn, ...shelves } = await askForShelves(models, history, k);
    const person = { userId, history, heldOut: NOTHING, ...shelves, segments: await segments.of(userId) };
    counts.add(person, groups, isOwn);
    onPerson(person);
    if (named.has(userId)) histories.set(userId, history);
    const { people } = counts.candidate;
    if (people % PROGRESS_EVERY === 0) progress(`${formatCount(people)} people's shelves looked at`);
    if (people === FAILPOINT_PERSON) await failpoint("in qa");
  });
  counts.addStrangers(await askForShelves(models, [], k), await inputs.groups.finish());
  return histories;
}

function namedPeople({ qa }: Definition): Set<string> {
  return new Set([
    ...Object.values(qa.cases).flatMap(({ who }) => ("user" in who ? [who.user] : [])),
    ...qa.preview.map((person) => (typeof person === "string" ? person : person.user)),
  ]);
}

/** Asks for the shelf of each case, and checks it. */
export async function checkCases(
  { definition, items, models }: Pick<EverybodyPass, "definition" | "models"> & { items: Items },
  histories: ReadonlyMap<string, readonly string[]>,
): Promise<ToldCheck[]> {
  const { k } = definition.evaluation;
  const checks: ToldCheck[] = [];
  for (const [name, asked] of Object.entries(definition.qa.cases)) {
    const history = "user" in asked.who ? histories.get(asked.who.user) : asked.who.history;
    const { candidate, champion } = await askForShelves(models, history ?? [], k);
    checks.push(checkCase(name, asked, { history, candidate, champion }, items));
  }
  return checks;
}
