import type { Comment, NewComment } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import { addComment } from "../db/comments.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Says something about a run's report, or about one of its checks. It decides nothing, and stays when all is decided.
 * @throws {NotAllowed} @throws {NotFound} the run has no review, or its report no such check @throws {InvalidInput} empty
 */
export async function comment(
  { database }: OperationsContext,
  actor: Actor,
  runId: string,
  { checkId, text }: NewComment,
): Promise<Comment> {
  requireAbility(actor, "decide");
  const wanted = { proof: actor.proof.reveal(), runId, checkId: checkId ?? null, text };
  const row = await addComment(database.db, wanted);
  return { id: row.id, checkId: row.check_id, by: actor.name, text: row.text, at: row.at.toISOString() };
}
