/** One incident a cause: failed checks are put down to what is behind them, and incidents follow. */
import type { MonitorCheck } from "./api.ts";
import type { Definition } from "./definition.ts";
import { sourcesBehind } from "./sources-behind.ts";

/** An incident that isn't resolved, as it stands. */
export interface OpenIncident {
  id: number;
  cause: string;
  symptoms: MonitorCheck[];
}

export interface IncidentPlan {
  open: { cause: string; title: string; symptoms: MonitorCheck[] }[];
  /** The breach goes on: seen again, with these symptoms. */
  keep: { id: number; title: string; symptoms: MonitorCheck[] }[];
  resolve: { id: number }[];
}

/** Checks of a source's delivery itself: what fails here is behind what fails elsewhere. */
const DELIVERY = ["volume:", "rows:", "values:", "range:", "nulls:"];
/** Checks of what comes after the sources: a stale or unusual one is their cause. */
const AFTER = ["gap:", "reach:people", "reach:items", "scores"];
/** What the title tells first. */
const LEADING = ["servers", "schedule", "freshness:", ...DELIVERY, ...AFTER];

/**
 * What a monitor's checks change. A failed check belongs to every stale or unusual source behind it; to its own cause when none
 * is. An incident ends when no failed check belongs to it and none of its symptoms is inconclusive: a check that
 * cannot tell changes nothing. The order of the checks doesn't matter.
 */
export function planIncidents(
  definition: Definition,
  checks: readonly MonitorCheck[],
  standing: readonly OpenIncident[],
): IncidentPlan {
  const groups = groupByCause(definition, checks);
  const undecided = new Set(checks.filter(({ verdict }) => verdict === "inconclusive").map(({ id }) => id));
  const plan: IncidentPlan = { open: [], keep: [], resolve: [] };
  for (const incident of standing) {
    const failed = groups.get(incident.cause);
    const unclear = incident.symptoms.filter(({ id }) => undecided.has(id));
    if (failed) {
      const symptoms = inOrder([...failed, ...unclear]);
      plan.keep.push({ id: incident.id, title: titleOf(definition, incident.cause, symptoms), symptoms });
    } else if (unclear.length === 0) plan.resolve.push({ id: incident.id });
  }
  const known = new Set(standing.map(({ cause }) => cause));
  for (const [cause, symptoms] of groups)
    if (!known.has(cause)) plan.open.push({ cause, title: titleOf(definition, cause, symptoms), symptoms });
  return plan;
}

/** Failed checks by the cause that they are put down to; causes in order of their names. */
export function groupByCause(
  definition: Definition,
  checks: readonly MonitorCheck[],
): Map<string, MonitorCheck[]> {
  const failed = inOrder(checks.filter(({ verdict }) => verdict === "fail"));
  const broken = failed.filter(isOfSource).map(({ cause }) => cause);
  const groups = new Map<string, MonitorCheck[]>();
  for (const check of failed)
    for (const cause of causesOf(definition, check, broken))
      groups.set(cause, [...(groups.get(cause) ?? []), check]);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function causesOf(definition: Definition, check: MonitorCheck, broken: readonly string[]): string[] {
  if (!AFTER.some((start) => check.id.startsWith(start))) return [check.cause];
  const tables = check.id.startsWith("gap:")
    ? [definition.items]
    : [definition.items, definition.interactions];
  const behind = new Set(tables.flatMap((table) => sourcesBehind(definition, table)));
  const found = [...new Set(broken)].filter((cause) => behind.has(cause.replace(/^source:/, "")));
  return found.length > 0 ? found : [check.cause];
}

function isOfSource({ id }: MonitorCheck): boolean {
  return ["freshness:", ...DELIVERY].some((start) => id.startsWith(start));
}

/** In plain words: model, what is behind it, what follows from it. */
function titleOf(definition: Definition, cause: string, symptoms: readonly MonitorCheck[]): string {
  const told = symptoms[0]?.explanation.replace(/\.$/, "") ?? cause;
  const words = `${definition.name}: ${told.charAt(0).toLowerCase()}${told.slice(1)}`;
  const source = cause.replace(/^source:/, "");
  const leading = symptoms[0]?.id ?? "";
  if (DELIVERY.some((start) => leading.startsWith(start)))
    return `${words}; ask who delivers it, or name the check under sources.${source}.unchecked if that is right`;
  return leading.startsWith("freshness:") ? `${words}; ${consequenceOf(definition, source)}` : words;
}

function consequenceOf(definition: Definition, source: string): string {
  if (sourcesBehind(definition, definition.items).includes(source)) return "new items cannot be recommended";
  if (sourcesBehind(definition, definition.interactions).includes(source))
    return "what people did since then is not seen";
  return "steps that read it go on with old rows";
}

function inOrder(checks: readonly MonitorCheck[]): MonitorCheck[] {
  const rank = ({ id }: MonitorCheck) => LEADING.findIndex((start) => id.startsWith(start));
  return checks.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}
