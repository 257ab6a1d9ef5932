import type { Kysely } from "kysely";
import { definitionSchema } from "../../core/definition.ts";
import type { LastResult } from "../../core/forecast.ts";
import type { Tables } from "../tables.ts";

/** Of each step of a model the newest run that has a result of it, made or reused. */
export async function listLastResults(db: Kysely<Tables>, model: string): Promise<Map<string, LastResult>> {
  const rows = await db
    .selectFrom("step")
    .innerJoin("run", "run.id", "step.run_id")
    .innerJoin("definition", "definition.digest", "run.definition_digest")
    .distinctOn("step.name")
    .select(["step.name", "step.run_id", "definition.body", "run.champion_version"])
    .where("run.model", "=", model)
    .where("step.state", "in", ["done", "reused"])
    .orderBy("step.name")
    .orderBy("run.opened_at", "desc")
    .execute();
  return new Map(
    rows.map((row) => [
      row.name,
      {
        runId: row.run_id,
        definition: definitionSchema.parse(row.body),
        championVersion: row.champion_version,
      },
    ]),
  );
}
