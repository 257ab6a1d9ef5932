/** Whoever tried to decide and was refused, in the log under their own name. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addNoteRefusal(db: Kysely<unknown>): Promise<void> {
  // Also by a token or session that is over: that may be why it was refused, and whose it was is what one wants to know.
  // A secret that never was anybody's names nobody.
  await sql`
    create function note_refused_decision(p_proof text, p_run text, p_verdict text, p_channel text, p_because text)
    returns void language plpgsql ${DEFINER} as $$
    declare
      refused uuid := coalesce((select person_id from token where token_sha256 = hash_of(p_proof)),
        (select person_id from session where session_sha256 = hash_of(p_proof)));
    begin
      perform add_authority_audit(refused, 'refuse_decision', p_run,
        jsonb_build_object('verdict', p_verdict, 'channel', p_channel, 'because', p_because));
    end $$`.execute(db);
}
