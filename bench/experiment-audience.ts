/** People of an experiment that a bench looks at, made in PostgreSQL. The same each time. */

import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { sql } from "kysely";
import { to as copyTo } from "pg-copy-streams";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import type { Database } from "../db/connection.ts";
import { startExperiment } from "../db/experiments.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";

/** Of the first look; the next day is one more. */
export const DAYS = 14;
const DAY_MS = 86_400_000;
const START = Math.floor(Date.now() / DAY_MS) * DAY_MS - (DAYS + 2) * DAY_MS;
const ARMS = ["a", "b", "c", "control"];
const EXPOSURES_A_PERSON = 10;
const EXPOSURES_AN_OUTCOME = 10;
const ITEMS = Array.from({ length: 10 }, (_, item) => `film-${100_000 + item}`);

const PLAN: ExperimentInput = {
  hypothesis: "One of three rankings earns more.",
  arms: Object.fromEntries(ARMS.map((arm, at) => [arm, { serve: at + 1, share: 1 / ARMS.length }])),
  control: "control",
  metrics: {
    spend: { kind: "mean", of: "spend", within: "7 d" },
    buying: { kind: "proportion", of: "purchases", within: "7 d" },
    click_rate: { kind: "ratio", of: "clicks", per: "exposures", within: "7 d" },
    back: { kind: "retention", after: "1 d", within: "6 d" },
    high_spend: { kind: "quantile", of: "spend", at: 0.9, within: "7 d" },
  },
  primary: { metric: "spend", leastEffect: 0.02 },
  guardrails: { click_rate: { maxLoss: 0.02 } },
  currency: "EUR",
  days: 28,
};

/** @returns the experiment, and the time so many days after its start */
export async function addExperimentAudience(
  database: Database,
  exposures: number,
): Promise<{ id: string; asOf(days: number): Date }> {
  const { db } = database;
  for (const _ of ARMS) await addLiveVersion(db);
  const { proof } = await addTestPerson(db, "deployer");
  const frozen = freezePlan(experimentSchema.parse(PLAN), { model: "shop", champion: 1, aliases: new Map() });
  if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
  const id = await startExperiment(db, { proof, plan: frozen.plan, reason: "to measure" });
  await sql`alter table experiment disable trigger user`.execute(db);
  await db
    .updateTable("experiment")
    .set({ started_at: new Date(START) })
    .execute();
  await database.pool.query(
    `create table bench_outcome (told timestamptz, like outcome including defaults);
     alter table outcome alter column stored_at drop default`,
  );
  // two at once, as there are two processors
  await Promise.all(
    [0, 1].map(async (odd) => {
      for (let day = odd; day < DAYS; day += 2) await addPeopleOfDay(database, id, exposures, day);
    }),
  );
  const asOf = (days: number) => new Date(START + days * DAY_MS);
  await addOutcomes(database, asOf(0), asOf(DAYS));
  return { id, asOf };
}

/** One day's exposures, and what comes of them later. */
export async function addPeopleOfDay(
  { db, pool }: Database,
  id: string,
  exposures: number,
  day: number,
): Promise<void> {
  const first = new Date(START + day * DAY_MS);
  await sql`select add_exposure_days(${[first.toISOString().slice(0, 10)]}::date[])`.execute(db);
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("select setseed($1)", [(day + 1) / 100]);
    const count = Math.round(exposures / DAYS);
    await client.query(
      `insert into exposure (id, at, model, version, arm, fallback, user_id, k, items, scores, experiment, assigned_arm, unit_id, stored_at)
       select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(nth), 12, '0'))::uuid,
           at, 'shop', 1 + person % ${ARMS.length}, arm, false, unit, ${ITEMS.length}, $1::text[], $2::real[], $3, arm, unit, at + interval '1 s'
         from (select nth, at, person, 'person-' || person as unit, ($4::text[])[1 + person % ${ARMS.length}] as arm
           from (select $5::bigint * $6 + i as nth, $7::timestamptz + i * interval '1 day' / $6 as at,
               floor(random() * $8)::integer as person from generate_series(0, $6::bigint - 1) as i) as drawn) as shown`,
      [
        ITEMS,
        ITEMS.map((_, at) => 1 / (1 + at)),
        id,
        ARMS,
        day,
        count,
        first,
        exposures / EXPOSURES_A_PERSON,
      ],
    );
    // most within the hour, some days later
    await client.query(
      `insert into bench_outcome (told, reported_by, id, kind, recommendation_id, item_id, at, received_at, amount, currency, stored_at)
       select at, '00000000-0000-7000-8000-000000000000', id::text, case when pays then 'spend' else 'click' end, id, $3, at, at,
           case when pays then round((random() * 40)::numeric, 2) end, case when pays then 'EUR' end, at + interval '1 s'
         from (select id, random() < 0.3 as pays, at + interval '1 min' + random() ^ 8 * interval '5 d' as at from exposure
           where id >= first_exposure_id($1::date) and id < first_exposure_id($1::date + 1) and random() * $2 < 1) as drawn`,
      [first.toISOString().slice(0, 10), EXPOSURES_AN_OUTCOME, ITEMS[0]],
    );
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** What was told in this time, where servers store it. */
export async function addOutcomes({ pool }: Database, from: Date, until: Date): Promise<void> {
  await pool.query(
    `insert into outcome (reported_by, id, kind, recommendation_id, item_id, at, received_at, amount, currency, stored_at)
     select reported_by, id, kind, recommendation_id, item_id, at, received_at, amount, currency, stored_at
       from bench_outcome where told >= $1 and told < $2 order by told`,
    [from, until],
  );
  await pool.query("vacuum analyze exposure, outcome");
}

/** Columns of numbers, as a notebook would have them in memory. */
export async function exportAudience({ pool }: Database, folder: string, asOf: Date): Promise<void> {
  await mkdir(folder);
  const number = (uuid: string) => `('x' || right(${uuid}::text, 12))::bit(48)::bigint`;
  const ms = (at: string) => `(extract(epoch from ${at}) * 1000000)::bigint`;
  const tables = {
    exposures: `select ${number("id")} as id, right(unit_id, -7)::integer as unit, version as arm, ${ms("at")} as at from exposure`,
    outcomes: `select ${number("recommendation_id")} as id, (kind = 'spend')::integer as pays, ${ms("at")} as at,
      coalesce(amount, 0) as amount from outcome`,
  };
  const client = await pool.connect();
  try {
    for (const [name, query] of Object.entries(tables))
      await pipeline(
        client.query(
          copyTo(`copy (${query} where at < '${asOf.toISOString()}') to stdout with (format csv, header)`),
        ),
        createWriteStream(join(folder, `${name}.csv`)),
      );
  } finally {
    client.release();
  }
}
