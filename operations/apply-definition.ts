import { checkDefinition } from "../core/check-definition.ts";
import type { Definition } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { describeFault } from "../core/faults.ts";
import type { Actor } from "../core/roles.ts";
import { applyDefinition as applyRow } from "../db/definitions.ts";
import { digestOf } from "../store/digest.ts";
import { requireAbility } from "./authenticate.ts";
import { requireKnownZones } from "./calendar.ts";
import type { OperationsContext } from "./context.ts";
import { findUnknownTargets } from "./rule-targets.ts";
import { type ScheduleChange, type SetSchedules, setSchedules } from "./schedules.ts";
import { withDeadline } from "./temporal.ts";

export interface AppliedDefinition {
  model: string;
  digest: string;
  /** What was applied before; null the first time, equal to `digest` when nothing changed. */
  previousDigest: string | null;
  schedules: ScheduleChange[];
}

/**
 * Stores a definition, makes it the model's current one and sets its schedules in Temporal. Both or neither: when
 * Temporal fails, nothing is stored and its schedules are what they were; when the commit fails, the same. The same
 * again changes nothing but mends schedules.
 * @param folder where its relative paths start from, absolute
 * @throws {InvalidInput} the definition has faults, all of them named
 * @throws {NotAllowed}
 */
export async function applyDefinition(
  { database, temporal }: OperationsContext,
  actor: Actor,
  written: Definition,
  folder: string,
): Promise<AppliedDefinition> {
  requireAbility(actor, "submit");
  const checked = checkDefinition(written);
  if (!checked.ok) throw new InvalidInput(checked.faults.map(describeFault).join("\n"));
  if (!temporal)
    throw new Error(
      `model "${written.name}": could not set its schedules without Temporal; start it, then apply again`,
    );
  const { definition } = checked;
  const unknown = await findUnknownTargets(database, definition);
  if (unknown.length > 0) throw new InvalidInput(unknown.map(describeFault).join("\n"));
  await requireKnownZones(database, definition.freezes ?? []);
  const model = definition.name;
  const digest = digestOf(definition);
  let set: SetSchedules | undefined;
  const store = database.db.transaction().execute(async (trx) => {
    const applied = { digest, model, body: definition, folder };
    const previousDigest = await applyRow(trx, actor.proof.reveal(), applied);
    // Last, so that what fails here undoes the rest.
    set = await withDeadline(temporal, () => setSchedules(temporal, definition));
    return { model, digest, previousDigest, schedules: set.changes };
  });
  try {
    return await store;
  } catch (error) {
    // Set, but not stored: only the commit can fail then. What cannot be undone, the next apply mends.
    if (set) await withDeadline(temporal, set.undo).catch(() => {});
    throw error;
  }
}
