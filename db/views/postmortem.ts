/** What all that is kept tells of one incident. */
import { resolve } from "node:path";
import { type Kysely, sql } from "kysely";
import { ownerOf } from "../../core/alert-route.ts";
import type { Incident } from "../../core/api.ts";
import { sentenceOf } from "../../core/audit-sentences.ts";
import { type Definition, definitionSchema } from "../../core/definition.ts";
import type { Postmortem } from "../../core/postmortem.ts";
import { sourcesBehind } from "../../core/sources-behind.ts";
import { getDefinition } from "../definitions.ts";
import { listDeployments } from "../deployments.ts";
import type { Tables } from "../tables.ts";
import { listAlerts } from "./alerts.ts";
import { getIncident } from "./incidents.ts";
import { getModel } from "./models.ts";
import { iso } from "./time.ts";

const LONGEST_SHOWN_MS = 30 * 86_400_000;

/** @throws {NotFound} */
export async function getPostmortem(
  db: Kysely<Tables>,
  incidentId: number,
  now = new Date(),
): Promise<Postmortem> {
  const incident = await getIncident(db, incidentId);
  const stored = await getDefinition(db, (await getModel(db, incident.model)).definition_digest);
  const definition = definitionSchema.parse(stored.body);
  const checks = await listChecks(db, incident);
  const from = checks.map(({ firstBad }) => firstBad?.at ?? incident.openedAt).sort()[0] ?? incident.openedAt;
  const until = incident.resolvedAt ?? now.toISOString();
  const alerts = (await listAlerts(db, { incident: incidentId })).reverse();
  const flips = (await listDeployments(db, incident.model)).reverse();
  const versions = flips
    .filter(({ at }, index) => iso(at) <= until && (flips[index + 1]?.at.toISOString() ?? until) >= from)
    .map(({ version, at, reason }) => ({ version, from: iso(at), reason }));
  return {
    incident,
    owner: ownerOf(definition, incident.cause) ?? null,
    lineage: lineageOf(definition, incident),
    alsoReads: await listOtherReaders(db, incident, { definition, folder: stored.folder }),
    checks,
    timeline: await timelineOf(db, {
      incident,
      checks,
      alerts,
      versions: versions.filter((one) => one.from >= from),
    }),
    alerts,
    versions,
    shown: await countShown(db, incident.model, from, until),
  };
}

/** A check's last pass before the incident opened, and its first failure from then on. */
async function listChecks(db: Kysely<Tables>, incident: Incident): Promise<Postmortem["checks"]> {
  const find = async (id: string, verdict: "pass" | "fail") => {
    const wanted = JSON.stringify([{ id, verdict }]);
    const isGood = verdict === "pass";
    const row = await db
      .selectFrom("monitor_run")
      .select("at")
      .select(
        sql<string>`(select each ->> 'value' from jsonb_array_elements(checks) as each where each ->> 'id' = ${id})`.as(
          "value",
        ),
      )
      .where("model", "=", incident.model)
      .where("at", isGood ? "<" : ">=", new Date(incident.openedAt))
      .where(sql<boolean>`checks @> ${wanted}::jsonb`)
      .orderBy("at", isGood ? "desc" : "asc")
      .limit(1)
      .executeTakeFirst();
    return row ? { at: iso(row.at), value: row.value } : null;
  };
  const found: Postmortem["checks"] = [];
  for (const { id, title, threshold } of incident.symptoms)
    found.push({ id, title, threshold, lastGood: await find(id, "pass"), firstBad: await find(id, "fail") });
  return found;
}

function lineageOf(definition: Definition, { cause, symptoms }: Incident): string[] {
  const name = /^source:(.+)$/.exec(cause)?.[1];
  const source = name === undefined ? undefined : definition.sources[name];
  const made =
    name === undefined
      ? []
      : Object.keys(definition.features).filter((table) => sourcesBehind(definition, table).includes(name));
  return [
    ...(source ? [`Source "${name}" is the file ${source.file}`] : [`What is behind it is ${cause}`]),
    ...(made.length > 0 ? [`Made of it: ${made.map((table) => `the table "${table}"`).join(", ")}`] : []),
    ...symptoms.map(({ explanation }) => explanation.replace(/\.$/, "")),
  ];
}

/** Models whose definition of today reads the file that is behind it. */
async function listOtherReaders(
  db: Kysely<Tables>,
  { cause, model }: Incident,
  { definition, folder }: { definition: Definition; folder: string },
): Promise<Postmortem["alsoReads"]> {
  const source = definition.sources[cause.replace(/^source:/, "")];
  if (!source) return [];
  const file = resolve(folder, source.file);
  const others = await db
    .selectFrom("model")
    .innerJoin("definition", "definition.digest", "model.definition_digest")
    .select(["model.name", "definition.body", "definition.folder"])
    .where("model.name", "<>", model)
    .orderBy("model.name")
    .execute();
  return others.flatMap((other) =>
    Object.entries(definitionSchema.parse(other.body).sources)
      .filter(([, read]) => resolve(other.folder, read.file) === file)
      .map(([read]) => ({ model: other.name, source: read })),
  );
}

async function timelineOf(
  db: Kysely<Tables>,
  { incident, checks, alerts, versions }: Pick<Postmortem, "incident" | "checks" | "alerts" | "versions">,
): Promise<Postmortem["timeline"]> {
  const seen = checks.flatMap(({ title, lastGood, firstBad }) => [
    ...(lastGood ? [{ at: lastGood.at, what: `Passed the last time: ${title} (${lastGood.value})` }] : []),
    ...(firstBad ? [{ at: firstBad.at, what: `Failed: ${title} (${firstBad.value})` }] : []),
  ]);
  const log = await db
    .selectFrom("audit")
    .leftJoin("person", "person.id", "audit.person_id")
    .select(["audit.at", "audit.action", "audit.subject", "audit.detail", "person.name as by"])
    .where("audit.model", "=", incident.model)
    .where("audit.subject", "=", `incident ${incident.id}`)
    .orderBy("audit.id")
    .execute();
  const told = alerts.flatMap(({ at, deliveredAt, channel, event, state, problem }) => {
    const what = event.replace("holt.incident.", "");
    if (deliveredAt) return [{ at: deliveredAt, what: `Told through ${channel} (${what})` }];
    return state === "failed"
      ? [{ at, what: `Could not be told through ${channel} (${what}): ${problem ?? "nobody knows why"}` }]
      : [];
  });
  const flips = versions.map(({ version, from, reason }) => ({
    at: from,
    what: `Version ${version} went live (${reason})`,
  }));
  const logged = log.map(({ at, detail, ...entry }) => ({
    at: iso(at),
    what: sentenceOf({ ...entry, at: iso(at), position: null, detail }),
  }));
  return [...seen, ...logged, ...told, ...flips].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

async function countShown(
  db: Kysely<Tables>,
  model: string,
  from: string,
  until: string,
): Promise<Postmortem["shown"]> {
  const since = new Date(Math.max(Date.parse(from), Date.parse(until) - LONGEST_SHOWN_MS));
  const { rows } = await sql<{ people: number; answers: number; fallbacks: number }>`
    select people, answers, fallbacks from people_shown(${model}, ${since}, ${new Date(until)})`.execute(db);
  const counted = rows[0] ?? { people: 0, answers: 0, fallbacks: 0 };
  return { from: since.toISOString(), until, ...counted };
}
