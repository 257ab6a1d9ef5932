import { cancellationSignal } from "@temporalio/activity";
import type { OwnStep } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { readsOfOwnStep } from "../core/reads.ts";
import { usesAsOf } from "../core/sql-template.ts";
import type { OwnStepDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { plural } from "../core/words.ts";
import { findOwnRows, type OwnSql, runOwnSql } from "../db/own-sql.ts";
import { withSession } from "../db/session.ts";
import { digestCommandFiles, runOwnCommand } from "./command/own-command.ts";
import type { ActivityContext } from "./context.ts";
import { decidedBy, findDataInputs, partOf, subjectOf } from "./data-inputs.ts";
import { recordStep, type StepTools } from "./record-step.ts";

const ROWS_IN_LOG = 5;

export function ownStepActivities(context: ActivityContext) {
  const { ingest } = context;
  return {
    /**
     * Runs a step of the person's own: a data test, a statement, or a command. Nothing is done again for equal inputs.
     * An attempt that died after its effect has it twice, so a statement that writes should write by key.
     * @throws {InvalidInput} a data test found rows, or PostgreSQL refuses the SQL @throws {CommandFailed}
     */
    runOwnStep(ref: StepRef): Promise<StepOutcome> {
      return recordStep(context, ref, async (around) => {
        const { run, definition, folder } = around;
        const name = subjectOf(ref);
        const own = partOf(definition.steps, "steps", name);
        const reads = await findDataInputs(around, readsOfOwnStep(own));
        const { skippable: _, ...shape } = own;
        const inputs = {
          model: run.model,
          name,
          ...shape,
          ...decidedBy(reads, run.as_of, "sql" in own && usesAsOf(own.sql)),
          ...("command" in own
            ? { files: await digestCommandFiles(own.command, folder, cancellationSignal()) }
            : {}),
        };
        return {
          inputs,
          stillThere: async () => true, // it leaves nothing that Holt knows of
          work: (tools) =>
            "command" in own
              ? runOwnCommand(ingest, { name, own, folder, run, reads }, tools)
              : runSql(own, { place: `steps.${name}.sql`, sql: own.sql, reads, asOf: run.as_of }, tools),
        };
      });
    },
  };

  async function runSql(
    own: Extract<OwnStep, { sql: string }>,
    sql: OwnSql,
    { signal }: StepTools,
  ): Promise<StepResult> {
    if (!own.expect) {
      const rows = await withSession(ingest, signal, (client) => runOwnSql(client, sql));
      return { summary: plural(rows, "row"), rows, detail: detailOf(rows) };
    }
    const { rows, first } = await withSession(ingest, signal, (client) =>
      findOwnRows(client, sql, ROWS_IN_LOG),
    );
    if (rows === 0) return { summary: "no rows, as expected", detail: detailOf(0) };
    // The rows go into the log only: the message travels through Temporal.
    throw Object.assign(
      new InvalidInput(
        `${sql.place}: ${plural(rows, "row")} came back, "no rows" were expected; the first are in the step's log; mend the data, or the test`,
      ),
      { logTail: first.join("\n") },
    );
  }
}

function detailOf(rows: number): OwnStepDetail {
  return { rows, exitCode: null };
}
