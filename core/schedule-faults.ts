import { Cron } from "croner";
import type { Definition } from "./definition.ts";
import type { Fault } from "./faults.ts";

const EXAMPLE =
  'write five fields (minute, hour, day, month, weekday), as in "0 3 * * *" for 3 o\'clock each day';
/** What Temporal's schedules understand; croner knows more (L, W, #, ?). */
const FIELD = /^[0-9A-Za-z*,/-]+$/;
/** A leap year's first day: every date that exists comes within the five years after it. */
const LONG_AGO = new Date("2024-01-01T00:00:00Z");

/** What is wrong with a schedule's time and zone. */
export function findScheduleFaults({
  cron,
  timeZone,
}: Pick<NonNullable<Definition["schedule"]>, "cron" | "timeZone">): Fault[] {
  const zoneProblem = whyNoTimeZone(timeZone);
  const cronProblem = whyNoCron(cron);
  return [
    ...(cronProblem ? [{ path: ["schedule", "cron"], problem: cronProblem }] : []),
    ...(zoneProblem ? [{ path: ["schedule", "timeZone"], problem: zoneProblem }] : []),
  ];
}

function whyNoCron(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5)
    return `"${cron}" has ${fields.length} field${fields.length === 1 ? "" : "s"}; ${EXAMPLE}`;
  const strange = fields.find(
    (field) => !FIELD.test(field) || /[LW#]/i.test(field.replace(/[A-Za-z]{3}/g, "")),
  );
  if (strange) return `"${cron}" has the field "${strange}", which a schedule cannot honour; ${EXAMPLE}`;
  try {
    if (new Cron(cron, { timezone: "UTC" }).nextRun(LONG_AGO)) return undefined;
  } catch (error) {
    return `"${cron}" is not a time (${(error as Error).message.replace(/^CronPattern: /, "")}); ${EXAMPLE}`;
  }
  return `"${cron}" never comes; ${EXAMPLE}`;
}

/** What is wrong with a time zone's name; undefined when nothing is. */
export function whyNoTimeZone(timeZone: string): string | undefined {
  const remedy = 'write a name of the IANA list, as in "Europe/Vienna" or "UTC"';
  if (!/^[A-Za-z]/.test(timeZone)) return `"${timeZone}" is not a time zone's name; ${remedy}`;
  try {
    const known = new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
    const sameButForCase = known !== timeZone && known.toLowerCase() === timeZone.toLowerCase();
    return sameButForCase ? `"${timeZone}" is spelt "${known}"; write it so` : undefined;
  } catch {
    return `"${timeZone}" is not a time zone's name; ${remedy}`;
  }
}
