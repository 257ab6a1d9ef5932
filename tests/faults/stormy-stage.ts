import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { asLogin } from "../support/logins.ts";
import { openStageWithServers, type StageWithServers } from "../support/own-servers.ts";
import { spawnWorker } from "../support/workers.ts";
import type { Random } from "./random.ts";
import type { FaultContext } from "./row.ts";
import { startServer } from "./server-process.ts";

export const TARGETS = ["worker", "server", "database"] as const;
export type Target = (typeof TARGETS)[number];

const CALM_MS = { least: 300, most: 1_500 };
const AWAY_MS = { least: 50, most: 800 };

export interface StormyStage extends StageWithServers {
  /**
   * Kills one of the three after the other, each anew soon; until it is stopped, and each once at least.
   * @param mostKills after so many it is calm
   */
  storm(random: Random, mostKills: number): { stop(): Promise<Record<Target, number>> };
}

/** PostgreSQL and Temporal, worker and server, each a process of its own that may be killed. */
export async function openStormyStage(
  context: Pick<FaultContext, "folder" | "cleanUp">,
): Promise<StormyStage> {
  const stage = await openStageWithServers();
  context.cleanUp(stage.close);
  const env = {
    DATABASE_URL: asLogin(stage.database.url, "server"),
    TEMPORAL_ADDRESS: stage.temporalAddress,
    TEMPORAL_NAMESPACE: stage.namespace,
    HOLT_ARTIFACTS: stage.artifactsFolder,
  };
  let server = await startOne(context, env);
  let worker = spawnWorker(stage);
  context.cleanUp(() => worker.kill());
  const away: Record<Target, () => Promise<void>> = {
    worker: () => worker.kill(),
    server: () => kill(server),
    database: () => stage.killServer("PostgreSQL"),
  };
  const back: Record<Target, () => Promise<void>> = {
    async worker() {
      worker = spawnWorker(stage);
    },
    async server() {
      server = await startOne(context, env);
    },
    database: () => stage.restartServer("PostgreSQL"),
  };
  return {
    ...stage,
    storm(random, mostKills) {
      let isOver = false;
      const kills = { worker: 0, server: 0, database: 0 };
      const between = ({ least, most }: typeof CALM_MS) => sleep(least + random.below(most - least));
      const raging = (async () => {
        for (let nth = 0; (!isOver && nth < mostKills) || nth < TARGETS.length; nth++) {
          await between(CALM_MS);
          const target = (
            nth < TARGETS.length ? TARGETS[nth] : TARGETS[random.below(TARGETS.length)]
          ) as Target;
          await away[target]();
          kills[target] += 1;
          await between(AWAY_MS);
          await back[target]();
        }
        return kills;
      })();
      raging.catch(() => {}); // whoever stops it hears of it
      return {
        async stop() {
          isOver = true;
          return raging;
        },
      };
    },
  };
}

async function startOne(
  context: Pick<FaultContext, "folder" | "cleanUp">,
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  const start = await startServer(context, env);
  if (!("url" in start)) throw new Error(`the server ended with ${start.code}: ${start.words}`);
  start.child.stdout?.resume();
  return start.child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
