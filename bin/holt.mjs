#!/usr/bin/env node
// Plain JavaScript that an old Node can run: runs the command here, or hands over to a Node that runs TypeScript.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NEEDED = 24;
/** Of Node itself, and of a definition's folder without a package.json: nothing that a person could mend. */
const UNSAID = ["ExperimentalWarning", "MODULE_TYPELESS_PACKAGE_JSON"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules");
const main = join(root, "cli", "main.ts");
const ownNode = join(installed, ".bin", process.platform === "win32" ? "node.exe" : "node");

if (!existsSync(join(installed, "commander")))
  end('holt: nothing is installed yet; run "npm run setup" first');
const isNewEnough = Number(process.versions.node.split(".")[0]) >= NEEDED;
if (!isNewEnough && !existsSync(ownNode))
  end(`holt: needs Node.js ${NEEDED}, this is ${process.versions.node}; run "npm run setup", which gets it`);

// npm runs its scripts in the package's folder; the person is where INIT_CWD says.
if (process.env.npm_lifecycle_event === "holt" && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
// Halves the time until a command starts, also of the processes that it starts; Node goes without where it can't write.
process.env.NODE_COMPILE_CACHE ??= join(installed, ".cache", "holt", "compiled");
if (isNewEnough) await runHere();
else handOver();

async function runHere() {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const { emitWarning } = process;
  process.emitWarning = (warning, type, ...rest) => {
    const { type: name, code } = type && typeof type === "object" ? type : { type, code: rest[0] };
    if (!UNSAID.includes(name) && !UNSAID.includes(code)) emitWarning(warning, type, ...rest);
  };
  await import(pathToFileURL(main).href);
}

function handOver() {
  const quietly = UNSAID.map((warning) => `--disable-warning=${warning}`);
  const child = spawn(ownNode, [...quietly, main, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) =>
    end(`holt: could not start "${ownNode}" (${error.message}); run "npm run setup" again`),
  );
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function end(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
