/** The models as the API and the CLI show them. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { ModelSummary } from "../../core/api.ts";
import { definitionSchema } from "../../core/definition.ts";
import { NotFound } from "../../core/errors.ts";
import { releaseSchema } from "../../core/release.ts";
import type { ModelTable, Tables } from "../tables.ts";
import { iso } from "./time.ts";

export function findModel(db: Kysely<Tables>, name: string): Promise<Selectable<ModelTable> | undefined> {
  return db.selectFrom("model").selectAll().where("name", "=", name).executeTakeFirst();
}

/** @throws {NotFound} its definition was never applied */
export async function getModel(db: Kysely<Tables>, name: string): Promise<Selectable<ModelTable>> {
  const row = await findModel(db, name);
  if (!row)
    throw new NotFound(`model "${name}": is not in the database; apply its definition with "holt apply"`);
  return row;
}

/** Every model with what is live, and what waits for a person; one query, by name. */
export async function listModels(db: Kysely<Tables>): Promise<ModelSummary[]> {
  const rows = await db
    .selectFrom("model")
    .innerJoin("definition", "definition.digest", "model.definition_digest")
    .leftJoin("live", "live.model", "model.name")
    .leftJoin("model_version as version", (join) =>
      join.onRef("version.model", "=", "live.model").onRef("version.version", "=", "live.version"),
    )
    .leftJoin("release", "release.digest", "version.release_digest")
    .select(["model.name", "definition.body", "live.version", "live.since", "release.body as release"])
    .select([
      countRuns("running").as("runsUnderWay"),
      countRuns("waiting_for_review").as("waitingForReview"),
      countRuns("needs_attention").as("needAttention"),
      sql<number>`(select count(*) from incident where incident.model = model.name and incident.state <> 'resolved')`.as(
        "openIncidents",
      ),
    ])
    .orderBy("model.name")
    .execute();
  return rows.map(({ name, body, version, since, release, ...counts }) => {
    const { description, schedule } = definitionSchema.parse(body);
    return {
      name,
      description,
      live:
        version === null || since === null
          ? null
          : { version, candidate: releaseSchema.parse(release).candidate, since: iso(since) },
      ...counts,
      schedule: schedule ? `${schedule.cron} (${schedule.timeZone})` : null,
    };
  });
}

function countRuns(state: "running" | "waiting_for_review" | "needs_attention") {
  return sql<number>`(select count(*) from run where run.model = model.name and run.state = ${state})`;
}
