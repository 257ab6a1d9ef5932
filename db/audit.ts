import type { Kysely } from "kysely";
import type { JsonObject } from "../core/json.ts";
import type { Tables } from "./tables.ts";

export interface AuditEntry {
  /** Who did it; null when Holt did, as with an expiry. */
  personId: string | null;
  /** What was done, as in `apply`, `approve`, `refuse_review_code`. */
  action: string;
  model: string | null;
  /** What it was done to, as in `run movies-20261124T030000`. */
  subject: string;
  detail?: JsonObject;
}

/** Adds to the audit log; call it in the transaction of the change that it tells of. */
export async function addAudit(db: Kysely<Tables>, entry: AuditEntry): Promise<void> {
  await db
    .insertInto("audit")
    .values({
      person_id: entry.personId,
      action: entry.action,
      model: entry.model,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}
