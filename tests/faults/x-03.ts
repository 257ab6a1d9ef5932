import { lossBalance, sampleRatio } from "../../core/experiment/sample-ratio.ts";
import type { FaultRow } from "./row.ts";
import { SimulatedPeople } from "./simulated-people.ts";

const A_DAY = 100_000;
const HOURS = 24;
const SOUND_DAYS = 14;
/** Lost in both arms, whatever else: tabs closed, lines cut. */
const ALWAYS_LOST = 0.005;
const LOSS = 0.01;
const MOST_BLOCKED = 0.001;
const SHARES = [0.5, 0.5];
/** Of so many experiments with a loss, one stands for ten sound ones. */
const SOUND_TO_BROKEN = 10;

/** Sound experiments, and some of which one arm loses 1 % of its exposures; looked at each hour. */
export const x03: FaultRow = {
  id: "X-03",
  title: "sample-ratio mismatch at 100,000 exposures a day, looked at hourly",
  bound:
    "at most 0.1 % of sound experiments are blocked in two weeks; a 1 % loss of one arm is found within a day",
  counts: { quick: 300, full: 10_000 },
  async run({ n, random }) {
    const people = new SimulatedPeople(random);
    let alarms = 0;
    for (let trial = 0; trial < n; trial += 1) if (isAlarmed(people)) alarms += 1;
    const broken = Math.ceil(n / SOUND_TO_BROKEN);
    let [found, foundByCounts, hours] = [0, 0, 0];
    for (let trial = 0; trial < broken; trial += 1) {
      const { byLoss, byCounts } = hoursUntilFound(people);
      if (byLoss !== undefined) found += 1;
      if (byCounts !== undefined) foundByCounts += 1;
      hours += byLoss ?? HOURS;
    }
    const failures = [];
    // One is by chance what a short run may have.
    if (alarms > Math.max(1, n * MOST_BLOCKED))
      failures.push(`${alarms} of ${n} sound experiments were blocked`);
    if (found < broken)
      failures.push(`${broken - found} of ${broken} losses of 1 % were not found within a day`);
    return {
      n,
      failures,
      figures: {
        "sound experiments blocked": alarms / n,
        "losses found within a day, by assigned and recorded": found / broken,
        "hours until then, on average": Number((hours / broken).toFixed(2)),
        "losses found within a day, by the arms' counts alone": foundByCounts / broken,
      },
    };
  },
};

/** Whether two weeks of a sound experiment are ever blocked, by either check. */
function isAlarmed(people: SimulatedPeople): boolean {
  const arms = noArms();
  for (let hour = 0; hour < SOUND_DAYS * HOURS; hour += 1) {
    addHour(arms, people, [ALWAYS_LOST, ALWAYS_LOST]);
    if (isMismatch(arms) || lossBalance(arms)?.isMismatch) return true;
  }
  return false;
}

/** The hour of the first day in which each check finds a loss of 1 % in the second arm. */
function hoursUntilFound(people: SimulatedPeople): { byLoss?: number; byCounts?: number } {
  const arms = noArms();
  const found: { byLoss?: number; byCounts?: number } = {};
  for (let hour = 1; hour <= HOURS; hour += 1) {
    addHour(arms, people, [ALWAYS_LOST, ALWAYS_LOST + LOSS]);
    if (lossBalance(arms)?.isMismatch) found.byLoss ??= hour;
    if (isMismatch(arms)) found.byCounts ??= hour;
  }
  return found;
}

interface Arm {
  assigned: number;
  recorded: number;
}

function noArms(): [Arm, Arm] {
  return [
    { assigned: 0, recorded: 0 },
    { assigned: 0, recorded: 0 },
  ];
}

function addHour(arms: [Arm, Arm], people: SimulatedPeople, lost: readonly [number, number]): void {
  const all = Math.round(A_DAY / HOURS);
  const first = people.heads(all);
  for (const [at, assigned] of [first, all - first].entries()) {
    const arm = arms[at] as Arm;
    arm.assigned += assigned;
    arm.recorded += assigned - people.few(assigned, lost[at] as number);
  }
}

function isMismatch(arms: readonly Arm[]): boolean {
  return sampleRatio([{ counts: arms.map(({ recorded }) => recorded), shares: SHARES }]).isMismatch;
}
