/** The servers beside which `bench/serve.ts` measures, each in processes of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import getPort from "get-port";
import { until } from "../../tests/support/until.ts";
import { PYTHON, prepareEnvironment } from "../python.ts";
import type { Target } from "./measure.ts";
import type { Person } from "./shop.ts";

const HERE = import.meta.dirname;
/** BentoML gets a process a core; ours has the server and the scorer. */
const BENTOML_WORKERS = "2";
/** With two of MLflow's, each answer comes 40 ms late: their sockets wait for acknowledgements (Nagle's algorithm). */
const MLFLOW_WORKERS = "1";
const JSON_BODY = { "content-type": "application/json" };

export interface Peer {
  target: Target;
  stop(): Promise<void>;
}

/** A Fastify route that returns this text. */
export async function startConstant(text: string): Promise<Peer> {
  const child = spawn(process.execPath, [join(HERE, "constant-process.ts"), text], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return peerOf(child, {
    name: "constant route",
    port: Number(line),
    headers: {},
    requests: [{ path: "/" }],
  });
}

/** MLflow's model server with an ONNX file. */
export async function startMlflow(file: string, people: readonly Person[], k: number): Promise<Peer> {
  await prepareEnvironment();
  const [port, model] = [await getPort(), join(dirname(file), "mlflow")];
  await ended(start([join(HERE, "save_mlflow.py"), file, model]));
  const where = ["-p", String(port), "--workers", MLFLOW_WORKERS, "--env-manager", "local"];
  const child = start(["-m", "mlflow", "models", "serve", "-m", model, ...where]);
  const bodies = people.map(({ history }) => ({ inputs: { history, k: [k] } }));
  return ready(child, { name: "MLflow", port, path: "/invocations", bodies });
}

/** BentoML's server with the same file. */
export async function startBentoml(file: string, people: readonly Person[], k: number): Promise<Peer> {
  await prepareEnvironment();
  const port = await getPort();
  const where = ["-p", String(port), "--working-dir", HERE];
  const child = start(["-m", "bentoml", "serve", "bentoml_service:Recommender", ...where], {
    ...{ HOLT_BENCH_MODEL: file, HOLT_BENCH_WORKERS: BENTOML_WORKERS, BENTOML_DO_NOT_TRACK: "true" },
    BENTOML_HOME: join(dirname(file), "bentoml"),
  });
  const bodies = people.map(({ history }) => ({ history, k }));
  return ready(child, { name: "BentoML", port, path: "/recommend", bodies });
}

/** In a process group of its own, since such servers start more. */
function start(args: readonly string[], settings: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(PYTHON, args, {
    env: { ...process.env, PATH: `${dirname(PYTHON)}:${process.env["PATH"]}`, ...settings },
    ...{ detached: true, stdio: "ignore" },
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${child.spawnargs.join(" ")}: ended with ${code}`);
}

async function ready(
  child: ChildProcess,
  { name, port, path, bodies }: { name: string; port: number; path: string; bodies: readonly object[] },
): Promise<Peer> {
  const requests = bodies.map((body) => ({ path, body: JSON.stringify(body) }));
  const url = `http://127.0.0.1:${port}${path}`;
  const peer = peerOf(child, { name, port, headers: JSON_BODY, requests });
  try {
    await until(`an answer of ${name}`, async () => {
      const asked = { method: "POST", headers: JSON_BODY, body: requests[0]?.body ?? "" };
      const answer = await fetch(url, asked).catch(() => undefined);
      return answer?.ok;
    });
  } catch (error) {
    await peer.stop();
    throw error;
  }
  return peer;
}

function peerOf(child: ChildProcess, target: Omit<Target, "pid">): Peer {
  return {
    target: { ...target, pid: child.pid as number },
    async stop() {
      const end = once(child, "exit");
      child.kill("SIGTERM");
      await end;
    },
  };
}
