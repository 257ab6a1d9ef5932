/** What people said about a report. */
import { type Kysely, type Selectable, sql } from "kysely";
import { withRefusals } from "./refusals.ts";
import type { ReviewCommentTable, Tables } from "./tables.ts";

type CommentRow = Selectable<ReviewCommentTable>;

/** @throws {NotAllowed} @throws {NotFound} no such review or check @throws {InvalidInput} the text is empty */
export async function addComment(
  db: Kysely<Tables>,
  comment: { proof: string; runId: string; checkId: string | null; text: string },
): Promise<CommentRow> {
  const { rows } = await withRefusals(() =>
    sql<CommentRow>`
      select * from comment_on_review(${comment.proof}, ${comment.runId}, ${comment.checkId}, ${comment.text})`.execute(
      db,
    ),
  );
  const [made] = rows;
  if (!made) throw new Error(`review of run "${comment.runId}": the comment gave no row`);
  return made;
}

/** All comments on a run's report, in the order in which they came. */
export function listComments(db: Kysely<Tables>, runId: string): Promise<(CommentRow & { by: string })[]> {
  return db
    .selectFrom("review_comment")
    .innerJoin("person", "person.id", "review_comment.person_id")
    .selectAll("review_comment")
    .select("person.name as by")
    .where("run_id", "=", runId)
    .orderBy("at")
    .orderBy("review_comment.id")
    .execute();
}
