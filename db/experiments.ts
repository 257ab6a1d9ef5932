/** Experiments: their frozen plans, and what happened to them. The database's functions say who may. */
import { type Kysely, sql } from "kysely";
import { NotFound } from "../core/errors.ts";
import type { FrozenPlan } from "../core/experiment-plan.ts";
import type { Experiment, ExperimentOverride, ExperimentTraffic } from "../core/experiments-api.ts";
import { canonicalJson } from "../core/json.ts";
import { withRefusals } from "./refusals.ts";
import { unchanged } from "./releases.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

/** Its id. @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/experiments.ts says */
export async function startExperiment(
  db: Kysely<Tables>,
  { proof, plan, reason }: { proof: string; plan: FrozenPlan; reason: string },
): Promise<string> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`select start_experiment(${proof}, ${canonicalJson(plan)}, ${reason}) as id`.execute(
      db,
    ),
  );
  return String(rows[0]?.id);
}

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/experiments.ts says */
export async function endExperiment(
  db: Kysely<Tables>,
  { proof, id, reason }: { proof: string; id: string; reason: string },
): Promise<void> {
  await withRefusals(() => sql`select end_experiment(${proof}, ${id}, ${reason})`.execute(db));
}

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/experiments.ts says */
export async function pauseExperiment(
  db: Kysely<Tables>,
  { proof, id, reason }: { proof: string; id: string; reason: string },
): Promise<void> {
  await withRefusals(() => sql`select pause_experiment(${proof}, ${id}, ${reason})`.execute(db));
}

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/experiments.ts says */
export async function resumeExperiment(
  db: Kysely<Tables>,
  { proof, id, reason }: { proof: string; id: string; reason: string },
): Promise<void> {
  await withRefusals(() => sql`select resume_experiment(${proof}, ${id}, ${reason})`.execute(db));
}

/** The same traffic again changes nothing. @throws {NotAllowed | NotFound | Conflict | InvalidInput} */
export async function growExperiment(
  db: Kysely<Tables>,
  { proof, id, traffic, reason }: ExperimentTraffic & { proof: string; id: string },
): Promise<void> {
  await withRefusals(() =>
    sql`select grow_experiment(${proof}, ${id}, ${traffic}::numeric, ${reason})`.execute(db),
  );
}

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/experiments.ts says */
export async function overrideArm(
  db: Kysely<Tables>,
  { proof, id, unit, arm, reason }: ExperimentOverride & { proof: string; id: string },
): Promise<void> {
  await withRefusals(() => sql`select override_arm(${proof}, ${id}, ${unit}, ${arm}, ${reason})`.execute(db));
}

/** A model's, or all, the newest first. @throws {BrokenPromise} a plan was changed */
export async function listExperiments(db: Kysely<Tables>, model?: string): Promise<Experiment[]> {
  const rows = await selectExperiments(db)
    .$if(model !== undefined, (query) => query.where("experiment.model", "=", String(model)))
    .orderBy("experiment.started_at", "desc")
    .orderBy("experiment.id")
    .execute();
  return rows.map(toExperiment);
}

/** @throws {NotFound} @throws {BrokenPromise} its plan was changed */
export async function getExperiment(db: Kysely<Tables>, id: string): Promise<Experiment> {
  const row = await selectExperiments(db).where("experiment.id", "=", id).executeTakeFirst();
  if (!row) throw new NotFound(`experiment "${id}": does not exist; see "holt experiment list"`);
  return toExperiment(row);
}

/** Ids of those under way that began at least so long ago, with nothing left to tell their workflow. */
export async function listWatchedExperiments(db: Kysely<Tables>, graceMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom("experiment")
    .select("id")
    .where("ended_at", "is", null)
    .where("started_at", "<=", sql<Date>`clock_timestamp() - ${graceMs} * interval '1 millisecond'`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("wake_up")
            .where("wake_up.workflow_id", "=", sql<string>`'experiment/' || experiment.id`)
            .where("wake_up.delivered_at", "is", null),
        ),
      ),
    )
    .execute();
  return rows.map(({ id }) => id);
}

/** Id of the experiment that this workflow looks at; undefined when it is none's, or the experiment has ended. */
export async function findOpenExperimentOfWorkflow(
  db: Kysely<Tables>,
  workflowId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("experiment")
    .select("id")
    .where(sql`'experiment/' || id`, "=", workflowId)
    .where("ended_at", "is", null)
    .executeTakeFirst();
  return row?.id;
}

function selectExperiments(db: Kysely<Tables>) {
  return db
    .selectFrom("experiment")
    .innerJoin("person as by", "by.id", "experiment.person_id")
    .leftJoin("person as ender", "ender.id", "experiment.ended_by")
    .select([
      "experiment.id",
      "experiment.model",
      "experiment.digest",
      "experiment.plan",
      "experiment.reason",
    ])
    .select(["experiment.from_place", "experiment.to_place", "experiment.traffic"])
    .select(["experiment.started_at", "experiment.ended_at", "experiment.end_reason"])
    .select(["by.name as started_by", "ender.name as ended_by"])
    .select((of) =>
      of
        .selectFrom("experiment_override")
        .select((each) => each.fn.countAll<number>().as("count"))
        .whereRef("experiment_override.experiment_id", "=", "experiment.id")
        .as("overrides"),
    )
    .select((of) =>
      of
        .selectFrom("experiment_pause as pause")
        .innerJoin("person as pauser", "pauser.id", "pause.person_id")
        .leftJoin("person as resumer", "resumer.id", "pause.resumed_by")
        .select(
          sql<
            Pause[] | null
          >`jsonb_agg(jsonb_build_object('from', pause.from_at, 'until', pause.until_at, 'by', pauser.name,
            'reason', pause.reason, 'resumedBy', resumer.name, 'resumeReason', pause.resume_reason) order by pause.from_at)`.as(
            "pauses",
          ),
        )
        .whereRef("pause.experiment_id", "=", "experiment.id")
        .as("pauses"),
    )
    .select((of) =>
      of
        .selectFrom("experiment_stopped_arm as stopped")
        .select(
          sql<
            Stopped[] | null
          >`jsonb_agg(jsonb_build_object('arm', stopped.arm, 'at', stopped.at, 'reason', stopped.reason) order by stopped.at)`.as(
            "stopped",
          ),
        )
        .whereRef("stopped.experiment_id", "=", "experiment.id")
        .as("stopped"),
    );
}

type Pause = Experiment["pauses"][number];
type Stopped = Experiment["stoppedArms"][number];
type Row = Awaited<ReturnType<ReturnType<typeof selectExperiments>["executeTakeFirstOrThrow"]>>;

function toExperiment(row: Row): Experiment {
  const from = Number(row.from_place);
  return {
    ...{ id: row.id, model: row.model, digest: row.digest, reason: row.reason },
    plan: unchanged(`experiment "${row.id}"`, row.digest, row.plan),
    slice: { from, reserved: Number(row.to_place) - from, traffic: Number(row.traffic) },
    ...{ startedBy: row.started_by, startedAt: iso(row.started_at) },
    ...{ endedBy: row.ended_by, endedAt: iso(row.ended_at), endReason: row.end_reason },
    overrides: Number(row.overrides),
    stoppedArms: (row.stopped ?? []).map((one) => ({ ...one, at: iso(new Date(one.at)) })),
    pauses: (row.pauses ?? []).map((pause) => ({
      ...pause,
      from: iso(new Date(pause.from)),
      until: pause.until === null ? null : iso(new Date(pause.until)),
    })),
  };
}
