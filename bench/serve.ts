/**
 * What a server gives under load, on two cores with the load, PostgreSQL and all: requests a second while p99 stays under
 * 20 ms, times at half of that, processor time an answer. Exposures are recorded; each request is another person's. Beside it
 * a bare Fastify route that returns a constant of the same size, the same model in onnxruntime-node in a loop, and the
 * same file in MLflow's and BentoML's servers, which get the history in the request. Linux only: it reads /proc.
 * Not measured: networks, TLS, several servers on one PostgreSQL.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import type { BenchLine } from "./bench-line.ts";
import { type Figures, measureAll, type Target } from "./serve/measure.ts";
import { loopUs } from "./serve/onnx-loop.ts";
import { type Peer, startBentoml, startConstant, startMlflow } from "./serve/peers.ts";
import { openShop, type Shop } from "./serve/shop.ts";
import { startServer } from "./server-process.ts";

const K = 10;
const RUNS = 3;
/** A server that keeps next to nobody in memory, in MB, so that PostgreSQL is asked for nearly everybody. */
const FORGETFUL_MB = "1";

/** What servers are started with. */
interface Ground {
  folder: string;
  url: string;
  postgresPid: number;
}

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  const ends: (() => Promise<void>)[] = [];
  try {
    await migrate(database.db);
    const shop = await openShop(database, new ArtifactStore(join(folder, "artifacts")));
    return await compare(shop, { folder, url: postgres.url, postgresPid: postgres.pid }, ends);
  } finally {
    for (const end of ends) await end();
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param ends gets what is to be ended afterwards */
async function compare(shop: Shop, ground: Ground, ends: (() => Promise<void>)[]): Promise<BenchLine[]> {
  const file = join(ground.folder, "model.onnx");
  await writeFile(file, shop.model);
  const started = (peer: Peer): Target => {
    ends.push(peer.stop);
    return peer.target;
  };
  const known = await startHolt(shop, ground, {});
  ends.push(known.stop);
  const forgetful = await startHolt(shop, ground, { HOLT_HISTORIES_MB: FORGETFUL_MB });
  ends.push(forgetful.stop);
  const found = await measureAll(
    {
      constant: started(await startConstant(known.sample)),
      materialised: known.target("materialised"),
      online: known.target("online"),
      firstMaterialised: forgetful.target("materialised"),
      firstOnline: forgetful.target("online"),
      mlflow: started(await startMlflow(file, shop.people, K)),
      bentoml: started(await startBentoml(file, shop.people, K)),
    },
    RUNS,
  );
  const loop = await loopUs(shop, K, RUNS);
  const { constant, materialised, online, mlflow, bentoml } = found;
  const least = constant.cpuUs + loop;
  return [
    ...linesOf("materialised", materialised, constant, constant.cpuUs),
    ...linesOf("online", online, constant, least),
    ...linesOf("materialised, people not in memory", found.firstMaterialised, constant, constant.cpuUs),
    ...linesOf("online, people not in memory", found.firstOnline, constant, least),
    line("onnxruntime-node beside the constant route, processor time", loop, constant.cpuUs, "µs"),
    ...besides("MLflow", online, mlflow),
    ...besides("BentoML", online, bentoml),
  ];
}

/** A server that answers for both models. */
async function startHolt({ people, token }: Shop, ground: Ground, settings: NodeJS.ProcessEnv) {
  const { child, url } = await startServer({
    ...{ DATABASE_URL: ground.url, HOLT_ARTIFACTS: join(ground.folder, "artifacts") },
    ...{ HOLT_HOME: await mkdtemp(join(ground.folder, "home-")), ...settings },
  });
  const headers = { authorization: `Bearer ${token}` };
  const pathOf = (model: string, user = "") => `/v1/models/${model}/recommendations?user=${user}&k=${K}`;
  return {
    /** The text of one answer. */
    sample: await (await fetch(url + pathOf("online", people[0]?.id), { headers })).text(),
    target: (model: string): Target => ({
      ...{ name: model, port: Number(new URL(url).port), headers },
      ...{ pid: child.pid as number, postgresPid: ground.postgresPid },
      wrong: '"fallback":true', // quick, and no answer of the model
      requests: people.map(({ id }) => ({ path: pathOf(model, id) })),
    }),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** @param leastUs processor time of the least that an answer could be */
function linesOf(name: string, ours: Figures, constant: Figures, leastUs: number): BenchLine[] {
  return [
    line(`${name}, requests a second`, ours.perSecond, constant.perSecond, "/s"),
    line(`${name}, p50 at half of that`, ours.p50Us, constant.p50Us, "µs"),
    line(`${name}, p99 at half of that`, ours.p99Us, constant.p99Us, "µs"),
    line(`${name}, processor time`, ours.cpuUs, leastUs, "µs"),
    line(`${name}, processor time of PostgreSQL beside the server's`, ours.postgresUs, ours.cpuUs, "µs"),
  ];
}

function besides(peer: string, ours: Figures, theirs: Figures): BenchLine[] {
  return [
    line(`online beside ${peer}'s server, requests a second`, ours.perSecond, theirs.perSecond, "/s"),
    line(`online beside ${peer}'s server, p50 at half of that`, ours.p50Us, theirs.p50Us, "µs"),
    line(`online beside ${peer}'s server, p99 at half of that`, ours.p99Us, theirs.p99Us, "µs"),
    line(`online beside ${peer}'s server, processor time`, ours.cpuUs, theirs.cpuUs, "µs"),
  ];
}

function line(name: string, ours: number, peer: number, unit: string): BenchLine {
  return { name: `serve: ${name}`, ours, peer, ratio: ours / peer, unit, runs: RUNS };
}
