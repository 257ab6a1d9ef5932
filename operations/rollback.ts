import type { DeploymentRecord, NewRollback } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as deployments from "../db/deployments.ts";
import { listImportedVersions } from "../db/imports.ts";
import { getVersion } from "../db/versions.ts";
import { assertAnswers } from "./assert-release.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Serves an earlier version again: the version that was live before, or the one named. The same flip as a deployment.
 * @throws {Conflict} another version is live than the caller believes, there is none before, or it was never live
 * @throws {BrokenPromise} its files changed, or its model answers otherwise than when it was trained
 * @throws {NotAllowed} @throws {NotFound} no such model or version
 */
export async function rollback(
  { database, checkRelease }: OperationsContext,
  actor: Actor,
  model: string,
  { expectedVersion, toVersion, reason }: NewRollback,
): Promise<DeploymentRecord> {
  requireAbility(actor, "rollback");
  const to = toVersion ?? (await deployments.findVersionBefore(database.db, model, expectedVersion));
  if (to !== undefined && checkRelease)
    await assertAnswers(checkRelease, await getVersion(database.db, model, to));
  const row = await deployments.rollback(database.db, {
    proof: actor.proof.reveal(),
    model,
    expected: expectedVersion,
    to: to ?? null,
    reason,
  });
  return {
    at: row.at.toISOString(),
    kind: row.kind,
    share: 1,
    until: null,
    version: row.version,
    previousVersion: row.previous_version,
    by: actor.name,
    reason: row.reason,
    runId: row.run_id,
    importedFrom: (await listImportedVersions(database.db, model)).get(row.version) ?? null,
  };
}
