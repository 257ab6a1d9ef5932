/** The audit log as the API and the CLI show it. */
import type { Kysely } from "kysely";
import type { AuditRecord } from "../../core/api.ts";
import { sentenceOf } from "../../core/audit-sentences.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

const MOST_ENTRIES = 500;

/** The newest 500 entries of a model, or of all; the newest first. */
export async function listAudit(db: Kysely<Tables>, model?: string): Promise<AuditRecord[]> {
  let query = db
    .selectFrom("audit")
    .leftJoin("person", "person.id", "audit.person_id")
    .selectAll("audit")
    .select("person.name as by")
    .orderBy("audit.id", "desc")
    .limit(MOST_ENTRIES);
  if (model !== undefined) query = query.where("audit.model", "=", model);
  return (await query.execute()).map(({ id, at, by, action, model: of, subject, detail }) => {
    const entry = { at: iso(at), by, action, subject, detail };
    return { id, ...entry, model: of, sentence: sentenceOf({ ...entry, position: null }) };
  });
}
