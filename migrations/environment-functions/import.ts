/** A release that another environment signed: its rows, and a run that waits for this environment's own decision. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addImport(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table imported_release (
      run_id text primary key references run,
      key_id text not null references trusted_environment,
      release_digest text not null references release,
      report_digest text not null references qa_report,
      -- as it was signed, byte by byte, so that the signature can be checked again by whoever doubts it
      manifest text not null,
      manifest_sha256 text not null unique check (length(manifest_sha256) = 64),
      signature text not null,
      evidence text not null,
      person_id uuid not null references person,
      imported_at timestamptz not null
    )`.execute(db);
  await sql`
    create trigger imported_release_only_grows before update or delete or truncate on imported_release
    for each statement execute function refuse_change()`.execute(db);
  await addNoteExport(db);
  await addImportRelease(db);
  await addGuards(db);
}

/** Who took a release out: it holds names, and the shelves of people. */
async function addNoteExport(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function note_export(p_proof text, p_run text, p_manifest_sha256 text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
    begin
      perform add_authority_audit(actor.id, 'export_release', p_run, jsonb_build_object(
        'release', (select release_digest from review where run_id = p_run), 'manifest', p_manifest_sha256));
    end $$`.execute(db);
}

/**
 * Everything or nothing. Digests are made here from the very bytes, and must be those that the manifest names; PostgreSQL
 * knows no Ed25519, so whoever calls has checked the signature, which is kept. The run has the definition's steps over data,
 * then the imported choice and report as done, then its review. The same manifest again gives the run that is there.
 */
async function addImportRelease(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function import_release(p_proof text, p_key text, p_manifest text, p_signature text, p_evidence text,
      p_release text, p_report text, p_nodes jsonb) returns table (o_run text, o_is_new boolean, o_wake_up uuid)
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      trusted trusted_environment;
      v_manifest_sha text := hash_of(p_manifest);
      v_release text := hash_of(p_release);
      v_report text := hash_of(p_report);
      release_body jsonb := p_release::jsonb;
      report_body jsonb := p_report::jsonb;
      v_choice jsonb := p_evidence::jsonb -> 'choice';
      v_model text := release_body ->> 'model';
      v_from text;
      current_definition text;
      v_run run;
      v_wake_up uuid;
    begin
      select * into trusted from trusted_environment where key_id = p_key and ended_at is null for share;
      if trusted.key_id is null then
        raise exception using errcode = 'HT403', message = format(
          'key %s: is not trusted here; an admin trusts it with "holt keys trust <file> --name <environment>"', left(p_key, 16));
      end if;
      v_from := trusted.name;
      if p_manifest::jsonb ->> 'environment' is distinct from v_from
          or p_manifest::jsonb ->> 'releaseDigest' is distinct from v_release
          or not (p_manifest::jsonb -> 'files' @> jsonb_build_array(
            jsonb_build_object('name', 'release.json', 'sha256', v_release),
            jsonb_build_object('name', 'report.json', 'sha256', v_report),
            jsonb_build_object('name', 'evidence.json', 'sha256', hash_of(p_evidence)))) then
        raise exception using errcode = 'HT500', message = format(
          'import from "%s": release, report or evidence is not what the manifest names; export it again (nothing was imported)', v_from);
      end if;
      select definition_digest into current_definition from model where name = v_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', v_model);
      end if;
      select r.* into v_run from imported_release i join run r on r.id = i.run_id where i.manifest_sha256 = v_manifest_sha;
      if v_run.id is not null then
        return query select v_run.id, false, null::uuid;
        return;
      end if;
      if current_definition <> release_body ->> 'definitionDigest' then
        raise exception using errcode = 'HT409', message = format(
          'model "%s": its definition here is %s, and the release is of definition %s; apply that one with "holt apply", then import again',
          v_model, current_definition, release_body ->> 'definitionDigest');
      end if;
      if exists (select from live join model_version v using (model, version)
          where live.model = v_model and v.release_digest = v_release) then
        raise exception using errcode = 'HT409', message = format(
          'model "%s": release %s is live here already; nothing is left to do', v_model, v_release);
      end if;
      if exists (select from jsonb_array_elements(p_nodes) n where n ->> 'kind' not in ('ingest', 'feature', 'own_step')) then
        raise exception using errcode = 'HT500', message = format(
          'import from "%s": its run has other steps before its review than those over data (nothing was imported)', v_from);
      end if;
      insert into release (digest, model, body) values (v_release, v_model, release_body) on conflict do nothing;
      insert into qa_report (digest, body) values (v_report, report_body) on conflict do nothing;
      v_run := insert_run(v_model, v_from || '-' || left(v_manifest_sha, 12), actor.id, false, false);
      if v_run.id is null then
        raise exception using errcode = 'HT409', message = format(
          'run "%s-%s-%s": is there already, and is not of this import; export the release again, which gives it another name',
          v_model, v_from, left(v_manifest_sha, 12));
      end if;
      insert into step (run_id, name, kind, position, after, skippable)
        select v_run.id, n ->> 'name', n ->> 'kind', nth - 1,
          array(select jsonb_array_elements_text(n -> 'after')), (n ->> 'skippable')::boolean
        from jsonb_array_elements(p_nodes) with ordinality as nodes (n, nth);
      insert into step (run_id, name, kind, position, after, state, finished_at, summary, rows, detail) values
        (v_run.id, 'choose', 'choose', jsonb_array_length(p_nodes),
          array(select n ->> 'name' from jsonb_array_elements(p_nodes) n), 'done', clock_timestamp(),
          format('in "%s": %s', v_from, v_choice ->> 'reason'), null,
          jsonb_build_object('chosen', release_body ->> 'candidate', 'reason', v_choice ->> 'reason', 'isLiveAlready', false)),
        (v_run.id, 'qa', 'qa', jsonb_array_length(p_nodes) + 1, '{choose}', 'done', clock_timestamp(),
          format('in "%s": %s', v_from, report_body ->> 'headline'), (report_body ->> 'people')::bigint,
          jsonb_build_object('verdict', report_body ->> 'verdict', 'releaseDigest', v_release, 'reportDigest', v_report));
      insert into step (run_id, name, kind, position, after) values
        (v_run.id, 'review', 'review', jsonb_array_length(p_nodes) + 2, '{qa}'),
        (v_run.id, 'deploy', 'deploy', jsonb_array_length(p_nodes) + 3, '{review}');
      insert into imported_release (run_id, key_id, release_digest, report_digest, manifest, manifest_sha256, signature, evidence,
          person_id, imported_at)
        values (v_run.id, p_key, v_release, v_report, p_manifest, v_manifest_sha, p_signature, p_evidence, actor.id, clock_timestamp());
      perform add_authority_audit(actor.id, 'import_release', v_run.id, jsonb_build_object('environment', v_from, 'key', p_key,
        'release', v_release, 'report', v_report, 'manifest', v_manifest_sha));
      insert into wake_up (workflow_id, signal) values (v_run.workflow_id, 'start') returning id into v_wake_up;
      return query select v_run.id, true, v_wake_up;
    end $$`.execute(db);
}

/** Such a run puts that release and that report before a person, and nothing else before nobody. */
async function addGuards(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_imported_review() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if exists (select from imported_release where run_id = new.run_id
          and (release_digest, report_digest) is distinct from (new.release_digest, new.report_digest)) then
        raise exception using errcode = 'HT500', message = format(
          'run "%s": release or report is not the one that was imported; import it again', new.run_id);
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger review_is_of_import before insert on review
    for each row execute function keep_imported_review()`.execute(db);
  // The report tells of the other environment's data and of what was live there, so no rule may go by it here.
  await sql`alter function automatic_rule(text, text, text) rename to automatic_rule_of_own_run`.execute(db);
  await sql`
    create function automatic_rule(p_run text, p_release text, p_report text) returns table (rule text, reason text)
    language sql stable ${DEFINER} as $$
      select own.rule, own.reason from automatic_rule_of_own_run(p_run, p_release, p_report) own
        where not exists (select from imported_release i where i.run_id = p_run)
    $$`.execute(db);
}
