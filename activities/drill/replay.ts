/** Plays a history night by night: the clean one, and beside it each trial from the night of its fault on. */
import type { MonitorCheck } from "../../core/api.ts";
import { type PlannedTrial, WATCHED_DAYS } from "../../core/drill/plan.ts";
import type { DrillTrial, FalseAlarm } from "../../core/drill/report.ts";
import { groupByCause, type OpenIncident, planIncidents } from "../../core/incident-cause.ts";
import { FEWEST_EARLIER } from "../../core/inputs/delivery-checks.ts";
import {
  dropTables,
  emptySnapshotsBefore,
  forgetSnapshotsAfter,
  newestSnapshotId,
} from "../../db/drill-cleanup.ts";
import { LOOKS_AFTER_MS, lookAtNight, referenceOn, type Watched } from "./look.ts";
import { type DrillWorld, FIRST_NIGHT, type Night, playNight } from "./night.ts";

/** Nights before the first one that is judged: checks of a delivery need that many earlier ones, and the first is all new. */
export const NIGHTS_BEFORE = FEWEST_EARLIER + 1;

export interface Replay {
  world: DrillWorld;
  watched: Omit<Watched, "reference">;
  /** The ones before, then those that are judged. */
  nights: readonly Date[];
  trials: readonly PlannedTrial[];
}

/** @throws what a look or a delivery throws, and the signal's reason */
export async function replay(of: Replay): Promise<{ trials: DrillTrial[]; falseAlarms: FalseAlarm[] }> {
  const { world, nights } = of;
  let standing: Night | undefined;
  let watched: Watched = { ...of.watched, reference: undefined };
  const clean: MonitorCheck[][][] = [];
  const found: FoundTrial[] = [];
  const stopped: FalseAlarm[] = [];
  for (const [index, at] of nights.entries()) {
    const day = index - NIGHTS_BEFORE;
    for (const trial of standing && day >= 0 ? of.trials.filter((one) => one.day === day) : [])
      found.push(
        await playTrial(of, {
          watched,
          standing: standing as Night,
          before: clean.at(-1)?.at(-1) ?? [],
          trial,
        }),
      );
    const served = world.featureTables;
    world.featureTables = [];
    const night = await playNight(world, standing ?? FIRST_NIGHT, at);
    if (world.featureTables.length === 0) world.featureTables = served;
    else await dropTables(world.session, served);
    standing = night;
    if (night.stoppedBy !== undefined)
      stopped.push({
        at: at.toISOString(),
        cause: `source:${night.stoppedBy}`,
        checks: [`ingest:${night.stoppedBy}`],
      });
    if (day === -1) watched = { ...watched, reference: await referenceOn(world, of.watched, night) };
    // looked at before the first judged night, too: a delivery is measured while its rows are there
    const looks = await lookAtNight(world, watched, night);
    if (day >= -1) clean.push(looks);
    await emptySnapshotsBefore(world.session);
  }
  return {
    // the looks after the night before the first judged one only say what failed already
    trials: found
      .toSorted((a, b) => of.trials.indexOf(a.trial) - of.trials.indexOf(b.trial))
      .map((trial) => settle(of, trial, clean.slice(1))),
    falseAlarms: [...stopped, ...alarmsOn(of, clean.slice(1))],
  };
}

interface FoundTrial {
  trial: PlannedTrial;
  isHarmless: boolean;
  /** Of the look that found something, counted from the fault's night on. */
  look: number | null;
  checks: MonitorCheck[];
  stoppedBy?: string;
}

/** One fault, from its night on until something finds it; leaves all as it was. */
async function playTrial(
  { world, nights }: Replay,
  of: { watched: Watched; standing: Night; before: MonitorCheck[]; trial: PlannedTrial },
): Promise<FoundTrial> {
  const { trial } = of;
  const mark = await newestSnapshotId(world.session);
  const kept = [...world.featureTables];
  const failedBefore = new Set(of.before.filter(isFailed).map(({ id }) => id));
  let standing = of.standing;
  let isHarmless = true;
  let found: Pick<FoundTrial, "look" | "checks" | "stoppedBy"> = { look: null, checks: [] };
  const first = NIGHTS_BEFORE + trial.day;
  for (const [day, at] of nights.slice(first, first + WATCHED_DAYS).entries()) {
    standing = await playNight(world, standing, at, { trial, since: of.standing.at });
    isHarmless &&= standing.isHarmless === true;
    if (standing.stoppedBy !== undefined) {
      found = { look: day * LOOKS_AFTER_MS.length, checks: [], stoppedBy: standing.stoppedBy };
      break;
    }
    const looks = await lookAtNight(world, of.watched, standing);
    const at0 = looks.findIndex((checks) =>
      checks.some((check) => isFailed(check) && !failedBefore.has(check.id)),
    );
    if (at0 < 0) continue;
    found = { look: day * LOOKS_AFTER_MS.length + at0, checks: looks[at0] ?? [] };
    break;
  }
  const made = world.featureTables.filter((table) => !kept.includes(table));
  await dropTables(world.session, made);
  world.featureTables = kept;
  await forgetSnapshotsAfter(world.session, mark);
  return { trial, isHarmless, ...found };
}

/** What a trial found beyond what the same look found without its fault. */
function settle(
  { world: { definition }, nights }: Replay,
  { trial, look, checks, stoppedBy, isHarmless }: FoundTrial,
  clean: MonitorCheck[][][],
): DrillTrial {
  const { fault, source, column, day } = trial;
  const since = nights[NIGHTS_BEFORE + day] as Date;
  const base = { fault, source, ...(column === undefined ? {} : { column }), since: since.toISOString() };
  const missed = { ...base, caughtBy: [], afterMs: null, causes: [], isHarmless };
  if (look === null) return missed;
  const after = Math.floor(look / LOOKS_AFTER_MS.length);
  const which = look % LOOKS_AFTER_MS.length;
  const at = (nights[NIGHTS_BEFORE + day + after] as Date).getTime() + (LOOKS_AFTER_MS[which] ?? 0);
  const afterMs = at - since.getTime();
  if (stoppedBy !== undefined)
    return {
      ...base,
      caughtBy: [`ingest:${stoppedBy}`],
      afterMs,
      causes: [`source:${stoppedBy}`],
      isHarmless,
    };
  const anyway = new Set((clean[day + after]?.[which] ?? []).filter(isFailed).map(({ id }) => id));
  const isOfFault = (check: MonitorCheck) => isFailed(check) && !anyway.has(check.id);
  const caughtBy = checks.filter(isOfFault).map(({ id }) => id);
  if (caughtBy.length === 0) return missed;
  const causes = [...groupByCause(definition, checks)]
    .filter(([, symptoms]) => symptoms.some(isOfFault))
    .map(([cause]) => cause);
  return { ...base, caughtBy, afterMs, causes, isHarmless };
}

/** Incidents that the clean days open, each when it is opened. */
function alarmsOn({ world: { definition }, nights }: Replay, clean: MonitorCheck[][][]): FalseAlarm[] {
  const alarms: FalseAlarm[] = [];
  let standing: OpenIncident[] = [];
  for (const [day, looks] of clean.entries())
    for (const [which, checks] of looks.entries()) {
      const plan = planIncidents(definition, checks, standing);
      const at = new Date((nights[NIGHTS_BEFORE + day] as Date).getTime() + (LOOKS_AFTER_MS[which] ?? 0));
      for (const { cause, symptoms } of plan.open)
        alarms.push({ at: at.toISOString(), cause, checks: symptoms.map(({ id }) => id) });
      standing = [
        ...standing.filter(({ id }) => !plan.resolve.some((resolved) => resolved.id === id)),
        ...plan.open.map(({ cause, symptoms }, index) => ({
          id: day * 1_000 + which * 100 + index,
          cause,
          symptoms,
        })),
      ];
    }
  return alarms;
}

function isFailed({ verdict }: MonitorCheck): boolean {
  return verdict === "fail";
}
