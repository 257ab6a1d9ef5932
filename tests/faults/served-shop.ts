import { join } from "node:path";
import { addPerson, issueToken, SET_UP } from "../../operations/people.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { addHistories } from "../support/histories.ts";
import { asLogin } from "../support/logins.ts";
import { addLiveVersion, storeModels } from "../support/shop.ts";
import type { FaultContext } from "./row.ts";
import { startServer } from "./server-process.ts";

/** People with a history, whom the shop's model answers; dora is known to both versions' models. */
const KNOWN: Record<string, readonly string[]> = {
  ann: ["i07", "i08"],
  bea: ["i03", "i04"],
  cid: ["i11"],
  dora: ["i07", "i08", "old07", "old08"],
};

export interface ServedShop {
  database: TestDatabase;
  headers: Record<string, string>;
  /** The environment of a server of this shop. */
  env: NodeJS.ProcessEnv;
  artifactsFolder: string;
}

/** A shop whose second version is live, and a program that may ask it. */
export async function openShop(
  context: Pick<FaultContext, "database" | "folder" | "temporalAddress">,
): Promise<ServedShop> {
  const database = await context.database();
  const artifactsFolder = join(await context.folder(), "artifacts");
  const store = new ArtifactStore(artifactsFolder);
  for (const prefix of ["old", "i"])
    await addLiveVersion(database.db, { artifacts: await storeModels(store, prefix) });
  await addHistories(database, KNOWN);
  await addPerson({ database }, SET_UP, { name: "app", roles: ["service"] });
  const { token } = await issueToken({ database }, SET_UP, { name: "app", ttlMs: 24 * 3_600_000 });
  return {
    ...{ database, artifactsFolder },
    headers: { authorization: `Bearer ${token}` },
    env: {
      DATABASE_URL: asLogin(database.url, "server"),
      TEMPORAL_ADDRESS: context.temporalAddress,
      HOLT_ARTIFACTS: artifactsFolder,
      // The rows ask what fails, not how busy the machine is.
      ...{ HOLT_SCORER_DEADLINE_MS: "1000", HOLT_OVERLOAD_LEAST: "1000" },
    },
  };
}

/** The server's process, which must start. */
export async function startShop(context: Pick<FaultContext, "folder" | "cleanUp">, env: NodeJS.ProcessEnv) {
  const start = await startServer(context, env);
  if ("url" in start) {
    start.child.stdout?.resume();
    return start;
  }
  throw new Error(`the server ended with ${start.code}: ${start.words}`);
}

export interface Heard {
  status: number;
  version: string | null;
  age: string | null;
  retryAfter: string | null;
  fallback: boolean | undefined;
  items: string[];
}

/** One person's list. */
export async function askShop(url: string, user: string, headers: Record<string, string>): Promise<Heard> {
  const response = await fetch(`${url}/v1/models/shop/recommendations?k=5&user=${user}`, { headers });
  const body = (await response.json()) as { fallback?: boolean; items?: { id: string }[] };
  return {
    status: response.status,
    version: response.headers.get("x-holt-version"),
    age: response.headers.get("x-holt-knowledge-age"),
    retryAfter: response.headers.get("retry-after"),
    fallback: body.fallback,
    items: (body.items ?? []).map(({ id }) => id),
  };
}

export interface Readiness {
  status: number;
  body: Record<string, unknown> & { models: Record<string, { problem: string | null }> };
}

export async function readiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: (await response.json()) as Readiness["body"] };
}
