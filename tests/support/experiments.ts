import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import { type Kysely, sql } from "kysely";
import type { ExperimentInput } from "../../core/definition-experiment.ts";
import type { Tables } from "../../db/tables.ts";
import { timedId } from "../../store/timed-id.ts";
import { eventsOf } from "./history.ts";
import { until } from "./until.ts";

/** A plan that is whole: two versions, spend decides, clicks guard. */
export function smallExperiment(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    hypothesis: "Version 2 shows what people buy.",
    arms: { control: { serve: 1, share: 0.5 }, treatment: { serve: 2, share: 0.5 } },
    control: "control",
    metrics: {
      spend: { kind: "mean", of: "spend", within: "7 d" },
      clicking: { kind: "proportion", of: "clicks", within: "1 d" },
    },
    primary: { metric: "spend", leastEffect: 0.05 },
    guardrails: { clicking: { maxLoss: 0.02 } },
    currency: "EUR",
    days: 14,
    ...change,
  };
}

/** A share of the people who get the popularity list for long. */
export function smallHoldout(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return smallExperiment({
    arms: { rest: { serve: "live", share: 0.9 }, held_out: { serve: "baseline", share: 0.1 } },
    ...{ control: "rest", holdout: true },
    ...change,
  });
}

/**
 * What servers would have stored of people who were each shown one list, and of what came of it: clicks, and amounts spent. In one
 * transaction: a look that saw one arm without the other would call that a mismatch, and keep it.
 */
export function storeAudience(
  database: Kysely<Tables>,
  { experimentId, model, reportedBy }: { experimentId: string; model: string; reportedBy: string },
  arms: Readonly<Record<string, { people: number; clickEvery: number; spend: (at: number) => number }>>,
): Promise<void> {
  return database.transaction().execute(async (db) => {
    const now = new Date();
    await sql`select add_exposure_days(${[now.toISOString().slice(0, 10)]}::date[])`.execute(db);
    for (const [arm, { people, clickEvery, spend }] of Object.entries(arms)) {
      const all = Array.from({ length: people }, (_, at) => ({
        at,
        id: timedId(now.getTime()),
        unit: `${arm}-${at}`,
      }));
      await db
        .insertInto("exposure")
        .values(
          all.map(({ id, unit }) => ({
            ...{
              id,
              at: now,
              model,
              version: 1,
              arm,
              fallback: false,
              user_id: unit,
              k: 1,
              items: ["i"],
              scores: [1],
            },
            ...{ experiment: experimentId, assigned_arm: arm, unit_id: unit },
          })),
        )
        .execute();
      const outcome = (id: string, kind: "click" | "spend") => ({
        ...{
          reported_by: reportedBy,
          id: `${id}-${kind}`,
          kind,
          recommendation_id: id,
          item_id: "i",
          at: now,
          received_at: now,
        },
      });
      const clicks = all.filter(({ at }) => at % clickEvery === 0).map(({ id }) => outcome(id, "click"));
      const spends = all
        .filter(({ at }) => spend(at) > 0)
        .map(({ id, at }) => ({ ...outcome(id, "spend"), amount: String(spend(at)), currency: "EUR" }));
      if (clicks.length > 0) await db.insertInto("outcome").values(clicks).execute();
      if (spends.length > 0) await db.insertInto("outcome").values(spends).execute();
    }
  });
}

/** Looked at each second, what counts is over after one: version 1 against version 2, which is live. */
export function quickExperiment(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return smallExperiment({
    arms: { control: { serve: 2, share: 0.5 }, treatment: { serve: 1, share: 0.5 } },
    metrics: {
      spend: { kind: "mean", of: "spend", within: "1 s" },
      clicking: { kind: "proportion", of: "clicks", within: "1 s" },
    },
    primary: { metric: "spend", leastEffect: 0.3 },
    guardrails: { clicking: { maxLoss: 0.8 } },
    lookEvery: "1 s",
    ...change,
  });
}

/** Has it started so long ago, also when said twice: what days depend on goes by the database's clock alone. */
export async function ageExperiment(db: Kysely<Tables>, id: string, by: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`alter table experiment disable trigger user`.execute(trx);
    await sql`update experiment set started_at = clock_timestamp() - ${by}::interval where id = ${id}`.execute(
      trx,
    );
    await sql`alter table experiment enable trigger user`.execute(trx);
  });
}

/** People of a model before any experiment: every other shown one list ten days ago, the rest in the week after; every third clicked. */
export async function storePast(
  db: Kysely<Tables>,
  { people, spends }: { people: number; spends: (at: number) => number },
): Promise<void> {
  const all = Array.from({ length: people }, (_, at) => {
    const when = new Date(Date.now() - (at % 2 === 0 ? 10 : 1 + (at % 7)) * 86_400_000);
    return { at, when, id: timedId(when.getTime()) };
  });
  const days = new Set(all.map(({ when }) => when.toISOString().slice(0, 10)));
  await sql`select add_exposure_days(${[...days]}::date[])`.execute(db);
  const shown = {
    model: "shop",
    version: 1,
    arm: "champion",
    fallback: false,
    k: 1,
    items: ["i"],
    scores: [1],
  };
  await db
    .insertInto("exposure")
    .values(all.map(({ at, when, id }) => ({ ...shown, id, at: when, user_id: `p${at}` })))
    .execute();
  const outcome = (id: string, when: Date, kind: "click" | "spend") => ({
    ...{ reported_by: randomUUID(), id: `${id}-${kind}`, kind, recommendation_id: id },
    ...{ item_id: "i", at: when, received_at: when },
  });
  const came = all.flatMap(({ at, when, id }) => [
    ...(at % 3 === 0 ? [outcome(id, when, "click")] : []),
    ...(spends(at) > 0
      ? [{ ...outcome(id, when, "spend"), amount: String(spends(at)), currency: "EUR" }]
      : []),
  ]);
  const clicks = came.filter(({ kind }) => kind === "click");
  const spent = came.filter(({ kind }) => kind === "spend");
  for (const rows of [clicks, spent])
    if (rows.length > 0) await db.insertInto("outcome").values(rows).execute();
}

/** Waits until the workflow of a paused experiment waits for nothing but a day, or to be woken. */
export async function untilPaused(workflow: WorkflowHandle): Promise<void> {
  await until("a pause", async () =>
    (await eventsOf(workflow)).some(
      (event) => Number(event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0) === 86_400,
    ),
  );
}
