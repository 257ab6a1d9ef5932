import { resolve } from "node:path";
import type { Command } from "commander";
import { signInLinks } from "../../local/sign-in-links.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { findHome } from "../../store/settings.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { drawPairs } from "../print/table.ts";

export function devCommand(): Command {
  return holtCommand("dev", {
    description: "Run PostgreSQL, Temporal, a worker and the server on this machine until Ctrl-C",
    examples: ["holt dev", "holt dev --home ~/holt-data"],
  })
    .option("--home <folder>", "folder of their data (default: HOLT_HOME, else the nearest .holt)")
    .action(printing(run));
}

async function run({ home }: { home?: string }): Promise<CommandResult> {
  const asked = new AbortController();
  const end = () => asked.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const onNews = (words: string) => void process.stderr.write(`${words}\n`);
  const folder = home === undefined ? findHome() : resolve(home);
  let stack: Stack | undefined;
  try {
    stack = await startStack({ home: folder, signal: asked.signal, onNews });
    process.stderr.write(`${await describe(stack)}\n`);
    await Promise.race([stack.lost, untilAborted(asked.signal)]);
  } catch (error) {
    if (!asked.signal.aborted) throw error; // else the start was given up, as was asked
  } finally {
    if (stack) onNews("ending all parts");
    await stack?.stop();
  }
  return { text: "All parts have ended; their data stays.", data: { home: folder } };
}

async function describe(stack: Stack): Promise<string> {
  const { settings, logFolder } = stack;
  const links = await signInLinks(stack, ["admin", "reviewer"]);
  const pairs = drawPairs([
    ["server", settings.serverUrl],
    ["Temporal", settings.temporalUiUrl ?? "its pages are not known here"],
    ["", `for the temporal command: --address ${settings.temporalAddress}`],
    ["data", settings.home],
    ["logs", logFolder],
    ...links.map(([name, link]): [string, string] => [`as ${name}`, link]),
  ]);
  return `Holt runs here. Commands in other terminals find it from this folder; Ctrl-C ends it.\n${pairs}\nThe links sign a browser in, once and within five minutes. Who asks for a run may not approve it: commands act as\nthe admin, or with "--as reviewer" as the reviewer.\nNext, in another terminal: ${commandLine("sign-in")}`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
