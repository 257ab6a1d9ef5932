/**
 * From a bare clone to a running command, on any Node.js from 20 on and without a dependency:
 * `node scripts/start.mjs setup|demo|test [arguments]`. Gets what is missing, then runs the command on the locked Node.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser } from "./setup/browser.mjs";
import { installDependencies } from "./setup/dependencies.mjs";
import { whileLocked } from "./setup/lock.mjs";
import { findNode } from "./setup/node.mjs";
import { buildPage } from "./setup/page.mjs";
import { endRunning } from "./setup/run.mjs";
import { SetupError, secondsSince, step } from "./setup/steps.mjs";
import { getTemporal } from "./setup/temporal.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LEAST_MAJOR = 20;
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** What each verb runs after the set-up; nothing for `setup`. */
const VERBS = {
  setup: [],
  demo: [join(ROOT, "scripts", "demo.ts")],
  test: [join(ROOT, "node_modules", "vitest", "vitest.mjs"), "run"],
};

const [verb = "", ...args] = process.argv.slice(2);
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function main() {
  if (!Object.hasOwn(VERBS, verb))
    throw new SetupError(`"${verb}": is not a verb; write setup, demo or test`);
  if (Number(process.versions.node.split(".")[0]) < LEAST_MAJOR)
    throw new SetupError(
      `Node.js: ${process.version} is too old; install ${LEAST_MAJOR} or newer, then run the same again`,
    );
  const interrupted = (/** @type {NodeJS.Signals} */ signal) => {
    endRunning();
    // After the commands' own ends, so that half-built folders are removed.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1_000);
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  const ready = await whileLocked(join(ROOT, ".holt", "setup.lock"), setUp, () =>
    console.log("Set-up: another one works in this folder, waiting for it"),
  );
  for (const signal of SIGNALS) process.off(signal, interrupted);
  const [script, ...before] = VERBS[/** @type {keyof typeof VERBS} */ (verb)];
  return script ? runOn(ready, [script, ...before, ...args]) : 0;
}

/** @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} */
async function setUp() {
  const started = Date.now();
  console.log("Set-up");
  let node = "";
  let browser = "";
  await step("dependencies", () => installDependencies(ROOT));
  await step("Node.js", async () => {
    node = await findNode(ROOT);
    return node === process.execPath ? `${process.version}, the one that runs this` : "the locked one";
  });
  const isServerGiven = verb === "demo" && Boolean(process.env.TEMPORAL_ADDRESS);
  await step("Temporal", (say) => getTemporal({ root: ROOT, node, isServerGiven, say }));
  await step("pages", () => buildPage(ROOT, node));
  if (verb === "test")
    await step("browser", async (say) => {
      browser = await findBrowser(ROOT, node, say);
      return browser;
    });
  const took = secondsSince(started);
  console.log(`  ready in ${took}\n`);
  return {
    node,
    env: {
      ...process.env,
      PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter),
      HOLT_SETUP_TOOK: took,
      ...(browser ? { HOLT_BROWSER: browser } : {}),
    },
  };
}

/** @param {{ node: string, env: NodeJS.ProcessEnv }} ready @param {string[]} args @returns {Promise<number>} exit code */
function runOn({ node, env }, args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: ROOT, env, stdio: "inherit" });
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}
