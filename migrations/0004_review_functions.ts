/**
 * Who decides and what goes live, as functions of the database: the only way to change reviews, decisions, versions and
 * what is live, whoever holds a connection. Old workers must end first: they write those tables themselves.
 */
import { type Kysely, sql } from "kysely";
import { addAutomatic } from "./review-functions/automatic.ts";
import { addCodes } from "./review-functions/codes.ts";
import { addComments } from "./review-functions/comments.ts";
import { addDecide } from "./review-functions/decide.ts";
import { addDeciders } from "./review-functions/deciders.ts";
import { addDeploy } from "./review-functions/deploy.ts";
import { addReviewStates } from "./review-functions/review.ts";

/** What runs and people may not call: parts of the functions that check first. */
const INNER = [
  "add_authority_audit(uuid, text, text, jsonb)",
  "wake_run(text)",
  "lock_review(text)",
  "end_review(text, text, text)",
  "supersede_review(text, text)",
  "decide_as(uuid, text, text, text, text, text, text, boolean, jsonb)",
  "assert_undecided(review, text, text)",
  "assert_well_formed(review, text, text, boolean)",
  "assert_signed(review, text)",
  "assert_live(text, integer, text)",
  "flip_live(text, integer, live, text, text, uuid, text)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await addDeciders(db);
  await addAutomatic(db);
  await addReviewStates(db);
  await addDecide(db);
  await addCodes(db);
  await addDeploy(db);
  await addComments(db);
  for (const signature of INNER)
    await sql`revoke all on function ${sql.raw(signature)} from public`.execute(db);
}
