/** Where one stage uses what another left, and what it says when that changed meanwhile. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { ServerOptions, TestServer } from "../support/server-at.ts";
import { type ApprovedRoad, asSuperuser, MODEL } from "./approved-road.ts";

/** A place where stages meet. */
export interface Use {
  place: string;
  /** Whether version 2 is live by then. */
  isLive: boolean;
  /** Uses it. Resolves with what is wrong: nothing when it was found out, and nothing came of it. */
  use(): Promise<string | undefined>;
}

export interface FileUse extends Use {
  /** The file that is damaged before. */
  digest: string;
}

export interface RowUse extends Use {
  /** What a superuser does to the row, and how it is undone. */
  change: RawBuilder<unknown>;
  table: "release" | "qa_report" | "definition";
  digest: string;
}

type OpenServer = (options: ServerOptions) => Promise<TestServer>;

/** The version that was live before the one that is damaged. */
const BEFORE = 1;
/** Person of the small model who is asked for. */
const PERSON = "p01";

/** Every use of a file of the artifact store. */
export function fileUses(road: ApprovedRoad, openServer: OpenServer): FileUse[] {
  const { approved } = road;
  const {
    trainingSetDigest: set,
    artifactDigest: model,
    fallbackDigest: list,
    goldenDigest: golden,
    runId,
  } = approved;
  const step = (name: string, digest: string, what: string): FileUse => ({
    ...{ place: `${what}, for step ${name}`, isLive: false, digest },
    use: () => goesOn(() => road.redo(name)),
  });
  const deploying = (name: string, digest: string, what: string): FileUse => ({
    ...{ place: `${what}, for ${name}`, isLive: false, digest },
    use: () => goesOn(() => road.act(name, { runId, version: 2 })),
  });
  return [
    step("train:similar", set, "training set"),
    step("evaluate:similar", set, "training set"),
    step("evaluate:similar", model, "model"),
    step("evaluate:popularity", list, "popularity list"),
    step("qa", set, "training set"),
    step("qa", model, "model"),
    step("qa", list, "popularity list"),
    deploying("smokeTest", model, "model"),
    deploying("smokeTest", list, "popularity list"),
    deploying("smokeTest", golden, "golden rows"),
    deploying("measureReference", model, "model"),
    deploying("flipLive", model, "model"),
    deploying("flipLive", golden, "golden rows"),
    {
      ...{ place: "model, for a reviewer's preview", isLive: false, digest: model },
      use: () =>
        withServer(openServer, road, {}, (server) =>
          isShown(server, `/api/runs/${runId}/preview?user=${PERSON}`),
        ),
    },
    ...Object.entries({ model, "golden rows": golden, "popularity list": list }).map(([what, digest]) => ({
      ...{ place: `${what}, for a server that starts`, isLive: true, digest },
      use: () => withServer(openServer, road, {}, (server) => answersBy(server, digest !== list)),
    })),
  ];
}

/** Every use of a row that stands under its digest. */
export function rowUses(road: ApprovedRoad, openServer: OpenServer): RowUse[] {
  const { approved, older } = road;
  const { runId } = approved;
  const pages = ["review", "report.html", "report.json"];
  const shown = (page: string) => () => isShown(road.server, `/api/runs/${runId}/${page}`);
  const flips = () => goesOn(() => road.act("flipLive", { runId, version: 2 }));
  const report = { table: "qa_report", digest: approved.reportDigest } as const;
  const release = { table: "release", digest: approved.releaseDigest } as const;
  const definition = { table: "definition", digest: approved.definitionDigest } as const;
  const headline = sql`jsonb_set(body::jsonb, '{headline}', '"All is well."')`;
  const olderArtifact = sql`jsonb_set(body::jsonb, '{artifactDigest}', to_jsonb(${older.artifactDigest}::text))`;
  const otherName = sql`jsonb_set(body::jsonb, '{candidate}', '"als"')`;
  const longer = sql`jsonb_set(body::jsonb, '{review,expiresAfter}', '"9 d"')`;
  return [
    ...pages.map((page) => ({
      ...report,
      place: `report, for ${page}`,
      isLive: false,
      change: headline,
      use: shown(page),
    })),
    ...["review", "report.html"].map((page) => ({
      ...{ ...release, place: `release, for ${page}`, isLive: false, change: otherName, use: shown(page) },
    })),
    { ...report, place: "report, for the flip", isLive: false, change: headline, use: flips },
    {
      ...release,
      place: "release with the older artifact, for the flip",
      isLive: false,
      change: olderArtifact,
      use: flips,
    },
    {
      ...release,
      place: "release of another name, for the flip",
      isLive: false,
      change: otherName,
      use: flips,
    },
    { ...definition, place: "definition, for the flip", isLive: false, change: longer, use: flips },
    {
      ...{ ...definition, place: "definition, for a step", isLive: false, change: longer },
      use: () => goesOn(() => road.redo("evaluate:similar")),
    },
    {
      ...{
        ...release,
        place: "release with the older artifact, for a server that starts",
        isLive: true,
        change: olderArtifact,
      },
      use: () => withServer(openServer, road, {}, (server) => answersBy(server, false)),
    },
  ];
}

/** Changes a row as a superuser, lets it be used, and puts it back. */
export async function whileChanged<Value>(
  road: ApprovedRoad,
  { table, digest, change }: RowUse,
  use: () => Promise<Value>,
): Promise<Value> {
  const set = (db: Kysely<Tables>, body: RawBuilder<unknown>) =>
    sql`update ${sql.table(table)} set body = (${body})::${sql.raw(table === "definition" ? "json" : "jsonb")} where digest = ${digest}`.execute(
      db,
    );
  const { body } = await road.database.db
    .selectFrom(table)
    .select("body")
    .where("digest", "=", digest)
    .executeTakeFirstOrThrow();
  await asSuperuser(road.database, (trx) => set(trx, change));
  try {
    return await use();
  } finally {
    await asSuperuser(road.database, (trx) => set(trx, sql`${JSON.stringify(body)}::text`));
  }
}

/** What a person of known taste gets by the live version of a server that starts now. */
export async function shelfOf(
  server: TestServer,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = await server.asProgram("service");
  const url = `/v1/models/${MODEL}/recommendations?user=${PERSON}&expose=0`;
  const answer = await server.app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function goesOn(work: () => Promise<unknown>): Promise<string | undefined> {
  return work().then(
    () => "it was taken",
    ({ name, message }: Error) =>
      name === "BrokenPromise" && message.includes("changed after it was stored")
        ? undefined
        : `${name}: ${message}`,
  );
}

async function isShown(server: TestServer, url: string): Promise<string | undefined> {
  const answer = await server.app.inject({ url, headers: await server.asPage("reviewer") });
  const said = answer.body.includes("changed after it was stored");
  return answer.statusCode >= 400 && said
    ? undefined
    : `answered with ${answer.statusCode}: ${answer.body.slice(0, 200)}`;
}

/** Whether a server says what is wrong, and answers by nothing that changed. */
async function answersBy(server: TestServer, isListSound: boolean): Promise<string | undefined> {
  const problem = server.live.states()[MODEL]?.problem ?? "";
  if (!problem.includes("changed after it was stored")) return `says nothing of it: "${problem}"`;
  const { status, body } = await shelfOf(server);
  if (isListSound) {
    // by its list, or by the version before, once that is warm; never by the model that was changed
    const isSound = status === 200 && (body["fallback"] === true || body["version"] === BEFORE);
    return isSound
      ? undefined
      : `answered with ${status}, version ${body["version"]}, fallback ${body["fallback"]}`;
  }
  // nothing of it can be used: the version before answers as a whole, says so, and is not live; where it has the same
  // damaged list, nobody answers
  const insteadOf = body["insteadOf"] as { version: number } | undefined;
  const isBefore = status === 200 && body["version"] === BEFORE && insteadOf?.version === BEFORE + 1;
  return isBefore || status === 503
    ? undefined
    : `answered with ${status}, version ${body["version"]}, not instead of it`;
}

async function withServer(
  openServer: OpenServer,
  road: ApprovedRoad,
  options: ServerOptions,
  use: (server: TestServer) => Promise<string | undefined>,
): Promise<string | undefined> {
  const server = await openServer({ artifactsFolder: road.server.artifactsFolder, ...options });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
