#!/usr/bin/env node
// Plain JavaScript that an old Node can run: finds a Node that runs TypeScript, and hands over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules");
const ownNode = join(installed, ".bin", process.platform === "win32" ? "node.exe" : "node");

if (!existsSync(join(installed, "commander")))
  end('holt: nothing is installed yet; run "npm run setup" first');
const node = Number(process.versions.node.split(".")[0]) >= NEEDED ? process.execPath : ownNode;
if (!existsSync(node))
  end(`holt: needs Node.js ${NEEDED}, this is ${process.versions.node}; run "npm run setup", which gets it`);

const child = spawn(
  node,
  [
    "--disable-warning=ExperimentalWarning",
    "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
    join(root, "cli", "main.ts"),
    ...process.argv.slice(2),
  ],
  {
    stdio: "inherit",
    // npm runs its scripts in the package's folder; the person is where INIT_CWD says.
    cwd: process.env.npm_lifecycle_event === "holt" ? process.env.INIT_CWD : undefined,
    // Halves the time until a command starts; Node goes without where it can't write.
    env: { NODE_COMPILE_CACHE: join(installed, ".cache", "holt", "compiled"), ...process.env },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) =>
  end(`holt: could not start "${node}" (${error.message}); run "npm run setup" again`),
);
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

function end(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
