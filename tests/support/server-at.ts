import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Client } from "@temporalio/client";
import type { Role } from "../../core/roles.ts";
import { type Database, openDatabase } from "../../db/connection.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { addPerson, issueToken, SET_UP } from "../../operations/people.ts";
import { openSession } from "../../operations/sessions.ts";
import { buildApp } from "../../server/app.ts";
import type { HttpServer } from "../../server/http-server.ts";
import type { OidcProvider } from "../../server/oidc/provider.ts";
import type { Admission } from "../../server/overload/admission.ts";
import type { OverloadSettings } from "../../server/overload/settings.ts";
import type { LiveModels } from "../../server/serving/live-models.ts";
import { openServing } from "../../server/serving/open-serving.ts";
import { readServingSettings } from "../../server/serving/settings.ts";
import { type RunningSpool, startSpool } from "../../server/spool/start.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { asLogin } from "./logins.ts";

/** A test's model answers however busy the machine is. */
const PATIENCE_MS = "10000";

export interface ServerOptions {
  temporal?: Client;
  serverUrl?: string;
  webFolder?: string;
  pictureOrigins?: string[];
  oidc?: OidcProvider;
  /** Where its models are; an empty one when left out. */
  artifactsFolder?: string;
  /** What an earlier server kept; an empty one when left out. */
  servingFolder?: string;
  /** What an earlier server had not stored; an empty one when left out. */
  spoolFolder?: string;
  /** When it refuses; never, however busy the machine is, when left out. */
  overload?: OverloadSettings;
  /** How much may wait for PostgreSQL. */
  spoolBytes?: number;
}

export interface TestServer {
  app: HttpServer;
  operations: OperationsContext;
  live: LiveModels;
  admission: Admission;
  spool: RunningSpool;
  artifacts: ArtifactStore;
  artifactsFolder: string;
  servingFolder: string;
  /** Ends it before the test does. */
  close(): Promise<void>;
  /** What the server would have logged as a problem. */
  problems: Error[];
  /** A new person of this role, as the headers of a program. */
  asProgram(role: Role): Promise<{ authorization: string }>;
  /** The same as the headers of one of Holt's own pages. */
  asPage(role: Role): Promise<{ cookie: string; origin: string; host: string }>;
}

/** The whole server without its process; every answer is parsed by its route's schema. `cleanUp` gets its end. */
export async function openServerAt(
  database: Database,
  cleanUp: (end: () => Promise<void>) => void,
  of: ServerOptions = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "holt-server-"));
  const artifactsFolder = of.artifactsFolder ?? folder;
  const artifacts = new ArtifactStore(artifactsFolder);
  const problems: Error[] = [];
  // With the rights that it has in earnest; `operations` may also arrange things.
  const own = openDatabase(asLogin(database.pool.options.connectionString ?? "", "server"), {
    applicationName: "holt-test-server",
  });
  const signIn = openDatabase(asLogin(database.pool.options.connectionString ?? "", "sign_in"), {
    applicationName: "holt-test-sign-in",
    maxConnections: 2,
  });
  const servingFolder = of.servingFolder ?? join(folder, "serving");
  const serving = openServing(
    own,
    artifacts,
    {
      ...readServingSettings(
        { HOLT_SERVING_FOLDER: servingFolder, HOLT_SCORER_DEADLINE_MS: PATIENCE_MS },
        folder,
      ),
      name: "test",
      overload: of.overload ?? { targetMs: 10_000, least: 1_000, most: 1_000 },
    },
    {
      onProblem: (error) => problems.push(error),
      onLocalProblem: (error) => problems.push(error),
      onScorerProblem: (error) => problems.push(error),
      onHistoryProblem: () => {}, // said in each answer that it changes
    },
  );
  const { live } = serving;
  const spool = await startSpool({
    ...{ database: own, folder: of.spoolFolder ?? join(folder, "spool") },
    limits: { maxBytes: of.spoolBytes ?? 2 ** 24, keepDays: 90, syncExposures: false },
    log: { error: (_, message) => problems.push(new Error(message)), warn: () => {} },
  });
  const operations = { database, temporal: of.temporal };
  const context = {
    database: own,
    operations: { ...operations, database: own, signIn, checkRelease: serving.checkRelease },
    ...serving.context,
    spool: spool.spool,
    tally: spool.tally,
    artifacts,
    pictureOrigins: of.pictureOrigins ?? [],
    oidc: of.oidc,
    serverUrl: of.serverUrl ?? "http://127.0.0.1:7400",
    temporalUiUrl: "http://127.0.0.1:8233",
    temporalNamespace: "default",
    webFolder: of.webFolder ?? folder,
    isEnding: () => false,
  };
  const app = await buildApp(context, async () => ({
    ready: live.canAnswer,
    details: {
      database: live.databaseProblem ?? "ok",
      temporal: "ok",
      checkpoints: "off",
      watchdog: "ok",
      ...serving.health(),
      spool: spool.state(),
    },
  }));
  checkAnswers(app);
  await serving.start();
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      await app.close();
      await Promise.all([serving.close(), spool.close()]);
      await Promise.all([own.close(), signIn.close()]);
    })();
    return closing;
  };
  cleanUp(async () => {
    await close();
    await rm(folder, { recursive: true });
  });
  let people = 0;
  const token = async (role: Role) => {
    const name = `${role}-${++people}`;
    await addPerson(operations, SET_UP, { name, roles: [role] });
    return (await issueToken(operations, SET_UP, { name, ttlMs: 3_600_000 })).token;
  };
  return {
    app,
    operations,
    live,
    admission: serving.context.admission,
    spool,
    artifacts,
    artifactsFolder,
    servingFolder,
    close,
    problems,
    asProgram: async (role) => ({ authorization: `Bearer ${await token(role)}` }),
    async asPage(role) {
      const { session } = await openSession(operations, { token: await token(role) });
      return { cookie: `holt-session=${session}`, origin: "http://127.0.0.1:7400", host: "127.0.0.1:7400" };
    },
  };
}

/** An answer that its schema would change or refuse fails the request, so a test cannot pass by it. */
function checkAnswers(app: HttpServer): void {
  app.addHook("preSerialization", async (request, reply, payload) => {
    const { answer } = request.routeOptions.config;
    if (!answer || reply.statusCode >= 400) return payload;
    const plain = JSON.parse(JSON.stringify(payload));
    if (!isDeepStrictEqual(answer.parse(plain), plain))
      throw new Error(`route ${request.routeOptions.url}: answers more than its schema has`);
    return payload;
  });
}
