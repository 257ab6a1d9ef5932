import { parseBatchSource, parseBatchTarget } from "../core/batch.ts";
import type { NewBatch } from "../core/batch-api.ts";
import { definitionSchema } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import * as batches from "../db/batches.ts";
import { getDefinition } from "../db/definitions.ts";
import { resolveVersion } from "../db/version-aliases.ts";
import { findLive, getVersion } from "../db/versions.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

const DEFAULT_K = 10;
const DEFAULT_BAD_ROW_SHARE = 0.01;

/**
 * Has a table scored by a version, which is fixed now; what isn't said is as that version's definition says. The same key
 * again gives the same batch. Works with Temporal down: it starts when Temporal is back.
 * @throws {InvalidInput} no source or target is named, or none can be of that name
 * @throws {NotFound} no such model, version or alias @throws {NotAllowed}
 * @throws {Conflict} nothing is live, another batch writes there just now, or the key was used for something else
 */
export async function startBatch(
  context: OperationsContext,
  actor: Actor,
  model: string,
  { from, to, version: written, key, ...wanted }: NewBatch,
): Promise<{ batchId: string; isNew: boolean }> {
  requireAbility(actor, "submit");
  const { db } = context.database;
  const version = written === undefined ? undefined : await resolveVersion(db, model, String(written));
  const defined = await definedBatch(context, model, version);
  const source = from ?? defined?.from;
  const target = to ?? defined?.to;
  if (source === undefined)
    throw new InvalidInput("from: is missing; name the table or CSV file that people are read from");
  if (target === undefined)
    throw new InvalidInput("to: is missing; name the table, .csv or .ndjson file that lists go to");
  parseBatchSource(source);
  parseBatchTarget(target);
  const country = wanted.country ?? defined?.country;
  const { id, isNew, wakeUp } = await batches.openBatch(db, actor.proof.reveal(), {
    ...{ model, key, version, source, target, country },
    k: wanted.k ?? defined?.k ?? DEFAULT_K,
    layout: wanted.layout ?? defined?.layout ?? "rows",
    strangers: wanted.strangers ?? defined?.strangers ?? "popularity",
    maxBadRowShare: wanted.maxBadRowShare ?? defined?.maxBadRowShare ?? DEFAULT_BAD_ROW_SHARE,
  });
  if (wakeUp !== null) await wakeNow(context, wakeUp);
  return { batchId: id, isNew };
}

/**
 * Lets a batch that needs attention go on where it stood, or ends one; what was shown before stays.
 * @throws {NotAllowed} @throws {NotFound} @throws {Conflict} it has ended, or there is nothing to retry
 */
export async function answerBatch(
  context: OperationsContext,
  actor: Actor,
  id: string,
  { answer, reason }: { answer: "retry" | "cancel"; reason: string },
): Promise<void> {
  requireAbility(actor, "submit");
  const proof = actor.proof.reveal();
  await wakeNow(context, await batches.answerBatch(context.database.db, { proof, id, answer, reason }));
}

/** What the definition of a version, or of what is live, says of its batch; undefined where it has none. */
async function definedBatch(
  { database: { db } }: OperationsContext,
  model: string,
  version: number | undefined,
) {
  const found = version === undefined ? await findLive(db, model) : await getVersion(db, model, version);
  if (!found) return undefined;
  const { body } = await getDefinition(db, found.release.definitionDigest);
  const { deployment } = definitionSchema.parse(body);
  return deployment?.kind === "batch" ? deployment : undefined;
}
