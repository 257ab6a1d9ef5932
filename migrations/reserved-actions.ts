/** Actions of the audit log that only a function with the authority for them writes: those that came after the chain. */
import { type Kysely, sql } from "kysely";

/** Makes the list, and has the log refuse what is on it from whoever may only add entries. */
export async function addReservedActions(db: Kysely<unknown>): Promise<void> {
  await sql`create table reserved_action (action text primary key)`.execute(db);
  await sql`
    create trigger reserved_action_only_grows before update or delete or truncate on reserved_action
    for each statement execute function refuse_change()`.execute(db);
  await sql`
    create function guard_reserved_action() returns trigger language plpgsql
      set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE')
        and exists (select from public.reserved_action where action = new.action) then
        raise exception 'audit: action "%" is written by the function that does it, never by hand; call that', new.action
          using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger audit_reserved before insert on audit for each row execute function guard_reserved_action()`.execute(
    db,
  );
  // Asked with the rights of who adds an entry.
  await sql`grant select on reserved_action to public`.execute(db);
}

/** From now on these are written by the functions of their own alone. */
export async function reserveActions(db: Kysely<unknown>, actions: readonly string[]): Promise<void> {
  for (const action of actions) await sql`insert into reserved_action values (${action})`.execute(db);
}
