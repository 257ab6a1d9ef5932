import { expect, it, onTestFinished } from "vitest";
import { type ExperimentInput, experimentSchema } from "../core/definition-experiment.ts";
import { freezePlan } from "../core/experiment-plan.ts";
import { testDatabase } from "../tests/support/database.ts";
import { smallExperiment, storeAudience } from "../tests/support/experiments.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { listSums, refreshSums } from "./experiment-sums.ts";
import { startExperiment } from "./experiments.ts";

/** Two arms of 300 people, a week later, with the logins that a worker has. */
async function setUp(metrics: ExperimentInput["metrics"], change: Partial<ExperimentInput> = {}) {
  const { db, pool, url } = await testDatabase();
  await addLiveVersion(db);
  await addLiveVersion(db);
  const { proof, personId } = await addTestPerson(db, "deployer");
  const start = async (of: ExperimentInput) => {
    const frozen = freezePlan(experimentSchema.parse(of), { model: "shop", champion: 2, aliases: new Map() });
    if (!frozen.ok) throw new Error(JSON.stringify(frozen.faults));
    return startExperiment(db, { proof, plan: frozen.plan, reason: "x" });
  };
  const plan = smallExperiment({ ...change, traffic: 0.5 });
  const id = await start({ ...plan, metrics: { ...plan.metrics, ...metrics } });
  await storeAudience(
    db,
    { experimentId: id, model: "shop", reportedBy: personId },
    {
      control: { people: 300, clickEvery: 4, spend: (at) => (at % 3 === 0 ? 10 + at / 7 : 0) },
      treatment: { people: 300, clickEvery: 3, spend: (at) => (at % 4 === 0 ? 20 + at / 3 : 0) },
    },
  );
  const open = (login: "worker" | "ingest") => {
    const opened = openDatabase(asLogin(url, login), { applicationName: `holt-test-${login}` });
    onTestFinished(opened.close);
    return opened;
  };
  const [worker, ingest] = [open("worker"), open("ingest")];
  const refresh = (days: number) =>
    refreshSums(worker.db, {
      experimentId: id,
      asOf: new Date(Date.now() + days * 86_400_000),
      own: { ingest, signal: new AbortController().signal },
    });
  const rowsOf = async (name: string) =>
    (await listSums(worker.db, id)).flatMap(({ metric, ...row }) => (metric === name ? [row] : []));
  const left = async () =>
    (
      await pool.query(
        "select from pg_class where relnamespace = 'data'::regnamespace and relname like 'metric%'",
      )
    ).rowCount;
  return { id, start, plan, ingest, refresh, rowsOf, left };
}

const SPENT =
  "select unit_id, sum(amount) as value from {{ outcomes }} where kind = 'spend' and currency = 'EUR' group by unit_id";
const CLICKED = "select unit_id, count(*) as value from {{ outcomes }} where kind = 'click' group by 1";
const SHOWN =
  "select unit_id, count(*) as value from {{ exposures }} as shown group by unit_id -- all of them";

it("gives what a metric of Holt's own gives by the same rule, of each kind, as the days pass", async () => {
  const within = "7 d";
  const world = await setUp(
    {
      own_spend: { kind: "mean", of: { sql: SPENT }, within },
      buying: { kind: "proportion", of: "purchases", within },
      own_buying: { kind: "proportion", of: { sql: SPENT }, within },
      per_list: { kind: "ratio", of: "clicks", per: "exposures", within },
      own_per_list: { kind: "ratio", of: { sql: CLICKED }, per: { sql: SHOWN }, within },
      half_own: { kind: "ratio", of: "clicks", per: { sql: SHOWN }, within },
      top: { kind: "quantile", of: "spend", at: 0.9, within },
      own_top: { kind: "quantile", of: { sql: SPENT }, at: 0.9, within },
      capped: { kind: "mean", of: "spend", winsorise: { at: 0.9 }, within },
      own_capped: { kind: "mean", of: { sql: SPENT }, winsorise: { at: 0.9 }, within },
    },
    { adjustBy: "14 d" },
  );
  expect(await world.refresh(1)).toMatchObject({ failed: [] }); // nobody's week is over
  expect(await world.rowsOf("own_spend")).toEqual([]);
  expect(await world.refresh(8)).toEqual({ days: 1, failed: [] });
  for (const [own, builtIn] of [
    ["own_spend", "spend"],
    ["own_buying", "buying"],
    ["own_per_list", "per_list"],
    ["half_own", "per_list"],
    ["own_top", "top"],
    ["own_capped", "capped"],
  ] as const) {
    const rows = await world.rowsOf(own);
    expect(rows.map(({ sums }) => sums.n)).toEqual([300, 300]);
    expect(rows).toEqual(await world.rowsOf(builtIn));
  }
  expect(await world.refresh(9)).toEqual({ days: 0, failed: [] });
  expect(await world.left()).toBe(0);
});

it("fails that metric alone, by its name and with the remedy, and makes all anew at the next look", async () => {
  const within = "7 d";
  const world = await setUp({
    ...{ own_spend: { kind: "mean", of: { sql: SPENT }, within } },
    nameless: {
      kind: "mean",
      of: { sql: "select unit_id, 1 as worth, 'value' from {{ outcomes }}" },
      within,
    },
    many: { kind: "mean", of: { sql: "select unit_id, 1 as value from {{ outcomes }}" }, within },
    nobody: { kind: "mean", of: { sql: "select null as unit_id, 1 as value from {{ outcomes }}" }, within },
    infinite: {
      kind: "mean",
      of: { sql: "select unit_id, -1 as value from {{ outcomes }} group by 1" },
      within,
    },
    broken: {
      kind: "mean",
      of: { sql: "select unit_id, 1 / (amount - amount) as value from {{ outcomes }}" },
      within,
    },
    curious: {
      kind: "mean",
      of: { sql: "select name as unit_id, 1 as value from public.person, {{ outcomes }}" },
      within,
    },
    changing: {
      ...{ kind: "mean", within },
      of: {
        sql: "with gone as (delete from public.snapshot returning 1) select unit_id, 1 as value from {{ outcomes }}",
      },
    },
  });
  const { days, failed } = await world.refresh(8);
  expect(days).toBe(1);
  const place = (metric: string) => `experiment "${world.id}" metric "${metric}": `;
  const remedy = `; holt experiment end ${world.id}, mend the SQL, and start another`;
  expect(Object.fromEntries(failed.map(({ metric, message }) => [metric, message]))).toEqual({
    nameless: `${place("nameless")}column "value" is missing; its SQL gives "unit_id", "worth", "?column?"${remedy}`,
    many: `${place("many")}a unit comes more than once; add its values up with "sum" and "group by unit_id"${remedy}`,
    nobody: `${place("nobody")}a unit_id is null; leave it out with "where … is not null"${remedy}`,
    infinite: `${place("infinite")}a value is no finite number from 0${remedy}`,
    broken: `${place("broken")}division by zero${remedy}`,
    curious: `${place("curious")}permission denied for table person${remedy}`,
    changing: expect.stringContaining(
      "WITH clause containing a data-modifying statement must be at the top level",
    ),
  });
  expect(await world.rowsOf("own_spend")).toEqual(await world.rowsOf("spend"));
  expect(await world.rowsOf("many")).toEqual([]);
  expect(await world.refresh(9)).toMatchObject({ days: 1 }); // what was final, too
  expect(await world.left()).toBe(0);
});

it("lets a statement read no experiment whose plan has no SQL of its own", async () => {
  const { id, ingest, start, plan } = await setUp({
    own: { kind: "mean", of: { sql: SPENT }, within: "7 d" },
  });
  const other = await start(plan);
  const read = (experiment: string) =>
    ingest.pool.query("select * from metric_exposures($1, '{2026-01-01}', 0, 1, now())", [experiment]);
  expect((await read(id)).rows).toEqual([]);
  await expect(read(other)).rejects.toThrow(
    `experiment "${other}": does not run, or its plan has no metric of its own SQL, so no statement may read its people`,
  );
  await expect(ingest.pool.query("select * from exposure")).rejects.toThrow("permission denied");
});
