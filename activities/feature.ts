import { readsOfFeature } from "../core/reads.ts";
import { usesAsOf } from "../core/sql-template.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef } from "../core/steps.ts";
import { plural } from "../core/words.ts";
import { dataTableExists } from "../db/data-tables.ts";
import { buildFeatureTable, type FeatureRole, findFeatureTable } from "../db/feature-tables.ts";
import { showToServing } from "../db/interactions.ts";
import { withSession } from "../db/session.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { decidedBy, findDataInputs, partOf, subjectOf } from "./data-inputs.ts";
import { recordStep } from "./record-step.ts";

export function featureActivities(context: ActivityContext) {
  const { database, ingest } = context;
  return {
    /**
     * Builds one feature table as the run's date saw its inputs; equal SQL on equal inputs is built once. What a run of
     * today builds or reuses for interactions and items is what serving reads from then on.
     * @throws {InvalidInput} PostgreSQL refuses the SQL, or a column is missing that the table needs
     */
    async buildFeature(ref: StepRef): Promise<StepOutcome> {
      const outcome = await recordStep(context, ref, async (around) => {
        const { run, definition } = around;
        const name = subjectOf(ref);
        const feature = partOf(definition.features, "features", name);
        const reads = await findDataInputs(around, readsOfFeature(feature));
        const roles = (["interactions", "items"] as FeatureRole[]).filter(
          (role) => definition[role] === name,
        );
        const inputs = {
          model: run.model,
          name,
          sql: feature.sql,
          roles,
          ...decidedBy(reads, run.as_of, usesAsOf(feature.sql)),
        };
        const inputDigest = digestOf(run.fresh ? { ...inputs, freshFor: run.id } : inputs);
        const build = { model: run.model, name, inputDigest, runId: run.id, roles };
        return {
          inputs,
          stillThere: ({ detail }) => dataTableExists(ingest.db, (detail as FeatureDetail).tableName),
          async work({ signal }) {
            const table =
              (await findFeatureTable(ingest.db, build)) ??
              (await withSession(ingest, signal, (client) =>
                buildFeatureTable(client, { ...build, sql: feature.sql, reads, asOf: run.as_of }),
              ));
            const detail: FeatureDetail = {
              featureTableId: table.id,
              tableName: table.table_name,
              inputDigest: digestOf(inputs),
              rows: table.rows,
            };
            return { summary: `${plural(table.rows, "row")}`, rows: table.rows, detail };
          },
        };
      });
      await showToServing(database.db, ref); // also when the step was done before, or nothing had to be built
      return outcome;
    },
  };
}
