import type { DeploymentRecord, NewRollback } from "../core/api.ts";
import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { flipLive } from "../db/deployments.ts";
import { lockModel } from "../db/versions.ts";
import { findVersionBefore } from "../db/views/versions.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Serves an earlier version again: the version that was live before, or the one named. The same flip as a deployment.
 * @throws {Conflict} another version is live than the caller believes, there is none before, or it was never live
 * @throws {NotAllowed} @throws {NotFound} no such model or version
 */
export async function rollback(
  { database }: OperationsContext,
  actor: Actor,
  model: string,
  wanted: NewRollback,
): Promise<DeploymentRecord> {
  requireAbility(actor, "rollback");
  const row = await database.db.transaction().execute(async (trx) => {
    await lockModel(trx, model);
    const next = wanted.toVersion ?? (await findVersionBefore(trx, model, wanted.expectedVersion));
    if (next === undefined)
      throw new Conflict(
        `model "${model}" version ${wanted.expectedVersion}: nothing was live before it; name a version, see "holt history ${model}"`,
      );
    if (next === wanted.expectedVersion)
      throw new Conflict(`model "${model}" version ${next}: is live already; name another version`);
    return flipLive(trx, {
      model,
      expected: wanted.expectedVersion,
      next,
      kind: "rollback",
      runId: null,
      personId: actor.personId,
      reason: wanted.reason,
    });
  });
  return {
    at: row.at.toISOString(),
    kind: row.kind,
    version: row.version,
    previousVersion: row.previous_version,
    by: actor.name,
    reason: row.reason,
    runId: row.run_id,
  };
}
