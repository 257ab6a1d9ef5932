import type { NewRule, Rule } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as rules from "../db/editorial-rules.ts";
import { findServingTables, findTitles } from "../db/interactions.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Says a rule of a model's lists: an item never, in a place, or more of it. Servers go by it within 2 s.
 * @throws {NotAllowed} @throws {NotFound} no such model @throws {InvalidInput} it would end before it begins
 * @throws {Conflict} there are 200 already
 */
export async function sayRule(
  { database }: OperationsContext,
  actor: Actor,
  model: string,
  wanted: NewRule,
): Promise<Rule> {
  requireAbility(actor, "decide");
  return rules.addRule(database.db, model, { ...wanted, proof: actor.proof.reveal() });
}

/** Lifts one before its time. One that is over stays as it is. @throws {NotAllowed | NotFound} */
export async function liftRule({ database }: OperationsContext, actor: Actor, id: string): Promise<Rule> {
  requireAbility(actor, "decide");
  return rules.liftRule(database.db, { proof: actor.proof.reveal(), id });
}

/**
 * What the newest data of a model calls an item: null when it has no such item, undefined when nobody can tell, because no
 * run has built the items table yet.
 */
export async function findItemTitle(
  { database: { db } }: Pick<OperationsContext, "database">,
  model: string,
  itemId: string,
): Promise<string | null | undefined> {
  const tables = await findServingTables(db, model);
  if (!tables?.items) return undefined;
  return (await findTitles(db, tables.items, [itemId])).get(itemId) ?? null;
}
