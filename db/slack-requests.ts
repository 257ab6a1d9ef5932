import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Longer than a request's timestamp is accepted. */
const KEPT_FOR = "1 hour";

/** Notes what Slack sent, by the hash of its body. @returns whether it came for the first time */
export async function noteSlackRequest(db: Kysely<Tables>, bodySha256: string): Promise<boolean> {
  await db.deleteFrom("slack_request").where("at", "<", sql<Date>`now() - ${KEPT_FOR}::interval`).execute();
  const noted = await db
    .insertInto("slack_request")
    .values({ body_sha256: bodySha256 })
    .onConflict((conflict) => conflict.doNothing())
    .returning("body_sha256")
    .executeTakeFirst();
  return noted !== undefined;
}
