import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { Database } from "../db/connection.ts";
import type { OperationsContext } from "../operations/context.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import type { Connections } from "./connections.ts";
import type { KeptTokens } from "./kept-tokens.ts";
import type { OidcProvider } from "./oidc/provider.ts";
import type { Admission } from "./overload/admission.ts";
import type { Histories } from "./serving/histories.ts";
import type { LiveModels } from "./serving/live-models.ts";
import type { GivenTally } from "./spool/given-tally.ts";
import type { Spool } from "./spool/spool.ts";
import type { Transport } from "./transport.ts";
import type { ZodTypes } from "./validation.ts";

/** Fastify with zod's types, as every route file takes it. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypes
>;

/** What the routes work with; server.ts makes it from the settings, a test passes its own. */
export interface ServerContext {
  database: Database;
  operations: OperationsContext;
  live: LiveModels;
  /** How many requests are let in at once. */
  admission: Admission;
  /** People's histories, as far as they are in memory. */
  histories: Histories;
  /** Tokens that ask for recommendations while PostgreSQL is away. */
  keptTokens: KeptTokens;
  /** Where exposures and outcomes are kept until PostgreSQL has them. */
  spool: Pick<Spool, "append">;
  /** What was given in arms of experiments. */
  tally: Pick<GivenTally, "count">;
  /** Where previews find a run's models. */
  artifacts: ArtifactStore;
  /** Origins beside the server's own from which pages show pictures. */
  pictureOrigins: readonly string[];
  /** Where people may sign in; without it, by token and code alone. */
  oidc?: OidcProvider | undefined;
  /** TLS of its own, or a proxy; in the clear when left out. */
  transport?: Transport;
  /** Where people reach this server; https makes the session's cookie secure. */
  serverUrl: string;
  temporalUiUrl: string | undefined;
  temporalNamespace: string;
  /** Folder of the built pages. */
  webFolder: string;
  /** From SIGTERM on; answers then ask clients to come by another connection, which finds another server. */
  isEnding(): boolean;
}

declare module "fastify" {
  interface FastifyInstance {
    connections: Connections;
  }
  interface FastifyContextConfig {
    /** Schema of what the route answers; the tests parse every answer by it. */
    answer?: import("zod").ZodType;
  }
}
