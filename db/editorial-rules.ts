/** Editorial rules of models. The database's functions say who may. */
import { type Kysely, sql } from "kysely";
import type { NewRule, Rule } from "../core/api.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/editorial-rules.ts says */
export async function addRule(
  db: Kysely<Tables>,
  model: string,
  { proof, kind, itemId, rank, factor, from, until, reason }: NewRule & { proof: string },
): Promise<Rule> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`
      select add_editorial_rule(${proof}, ${model}, ${kind}, ${itemId}, ${rank ?? null}, ${factor ?? null},
        ${from ?? null}::timestamptz, ${until ?? null}::timestamptz, ${reason}) as id`.execute(db),
  );
  return getRule(db, String(rows[0]?.id));
}

/** Lifts one now; one that is over stays as it is. @throws {NotAllowed | NotFound} */
export async function liftRule(
  db: Kysely<Tables>,
  { proof, id }: { proof: string; id: string },
): Promise<Rule> {
  await withRefusals(() => sql`select lift_editorial_rule(${proof}, ${id}::uuid)`.execute(db));
  return getRule(db, id);
}

/** Those that hold now or are to come, of one model or of all, the oldest first. */
export async function listRules(db: Kysely<Tables>, model?: string): Promise<Rule[]> {
  const rows = await selectRules(db)
    .where("rule.lifted_at", "is", null)
    .where((of) =>
      of.or([of("rule.ends_at", "is", null), of("rule.ends_at", ">", sql<Date>`clock_timestamp()`)]),
    )
    .$if(model !== undefined, (query) => query.where("rule.model", "=", String(model)))
    .orderBy("rule.starts_at")
    .orderBy("rule.id")
    .execute();
  return rows.map(toRule);
}

async function getRule(db: Kysely<Tables>, id: string): Promise<Rule> {
  return toRule(await selectRules(db).where("rule.id", "=", id).executeTakeFirstOrThrow());
}

function selectRules(db: Kysely<Tables>) {
  return db
    .selectFrom("editorial_rule as rule")
    .innerJoin("person as by", "by.id", "rule.person_id")
    .select(["rule.id", "rule.model", "rule.kind", "rule.item_id", "rule.rank", "rule.factor", "rule.reason"])
    .select(["rule.starts_at", "rule.ends_at", "rule.lifted_at", "by.name as by"]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectRules>["executeTakeFirstOrThrow"]>>;

function toRule({ item_id, starts_at, ends_at, lifted_at, ...row }: Row): Rule {
  return { ...row, itemId: item_id, from: iso(starts_at), until: iso(ends_at), liftedAt: iso(lifted_at) };
}
