import type { Kysely } from "kysely";
import type { JsonObject } from "../core/json.ts";
import type { Tables } from "./tables.ts";

/** What Holt did by itself. What a person does is written by the database's functions, which find out who it is. */
export interface AuditEntry {
  /** What was done, as in `open_incident`, `refuse_review_code`. */
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
      action: entry.action,
      model: entry.model,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}
