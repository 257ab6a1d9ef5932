import type { Actor } from "../core/roles.ts";
import * as aliases from "../db/version-aliases.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Gives a version a name, by which it can be rolled back to; taken from another version if that has it.
 * @throws {NotAllowed} @throws {NotFound} no such model or version @throws {InvalidInput} no name, one of Holt's own, or no reason
 */
export async function setAlias(
  { database }: OperationsContext,
  actor: Actor,
  of: { model: string; name: string; version: number; reason: string },
): Promise<void> {
  requireAbility(actor, "rollback");
  await aliases.setAlias(database.db, { ...of, proof: actor.proof.reveal() });
}

/** Takes a name away. @throws {NotAllowed} @throws {NotFound} no version has it @throws {InvalidInput} no reason */
export async function removeAlias(
  { database }: OperationsContext,
  actor: Actor,
  of: { model: string; name: string; reason: string },
): Promise<void> {
  requireAbility(actor, "rollback");
  await aliases.removeAlias(database.db, { ...of, proof: actor.proof.reveal() });
}
