import { stat } from "node:fs/promises";
import { lastWords, readTail } from "./log-tail.ts";
import { spawnTethered, type Tethered } from "./tethered.ts";
import { untilAnswers } from "./until-answers.ts";

/** A part that dies this often within the time is broken, not unlucky. */
const MOST_DEATHS = 5;
const WITHIN_MS = 60_000;
const START_AGAIN_MS = 500;
/** What worker and server log once they take work. */
const READY = '"ready":true';

export interface Part {
  name: string;
  /** Of the process that runs now. */
  pid(): number;
  logFile: string;
  stop(): Promise<void>;
}

export interface PartSettings {
  name: string;
  /** File that Node runs. */
  script: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Gives the start up. */
  signal: AbortSignal;
  /** Called when it died and was started again. */
  onRestart(words: string): void;
  /** Called once when it dies again and again. */
  onLost(error: Error): void;
}

/**
 * Runs one of Holt's processes: waits until it takes work, and starts it again when it dies.
 * @throws it ends, or doesn't get ready within a minute, at its start
 */
export async function startPart(settings: PartSettings): Promise<Part> {
  const { name, script, env, logFile, onRestart, onLost } = settings;
  const deaths: number[] = [];
  let isStopping = false;
  const run = (signal?: AbortSignal) =>
    spawnTethered(process.execPath, ["--disable-warning=ExperimentalWarning", script], {
      logFile,
      signal,
      spawn: { env },
    });
  let current: Tethered = await startReady(settings, run);
  const watched = watch();

  async function watch(): Promise<void> {
    for (;;) {
      const how = await current.ended;
      if (isStopping) return;
      deaths.push(Date.now());
      if (deaths.filter((at) => at > Date.now() - WITHIN_MS).length >= MOST_DEATHS)
        return onLost(
          new Error(`${name}: ended ${MOST_DEATHS} times within a minute (${how}); see "${logFile}" for why`),
        );
      onRestart(`${name} ended (${how}); it is started again`);
      await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
      if (isStopping) return;
      current = await run();
    }
  }

  return {
    name,
    logFile,
    pid: () => current.pid,
    async stop() {
      isStopping = true;
      await current.stop();
      await watched;
      await current.stop(); // one that was just being started again
    },
  };
}

async function startReady(
  { name, logFile, signal }: PartSettings,
  run: (signal: AbortSignal) => Promise<Tethered>,
): Promise<Tethered> {
  const from = (await stat(logFile).catch(() => ({ size: 0 }))).size;
  const process = await run(signal);
  const why = await untilAnswers(async () => (await readTail(logFile, from)).includes(READY), process.ended);
  if (why === undefined) return process;
  await process.stop();
  const words = lastWords(await readTail(logFile, from));
  throw new Error(`${name}: could not start (${why}): ${words}; see "${logFile}"`);
}
