import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DRAWINGS, type Drawing } from "./drawn-text.ts";
import { type CommandEnd, runPlanted } from "./planted-text.ts";
import type { FaultRow } from "./row.ts";
import { STEERS, terminalPayloads } from "./terminal-payloads.ts";

const LOG_PROCESS = fileURLToPath(new URL("./log-process.ts", import.meta.url));
/** Lines of log-process.ts for each text. */
const LINES_A_TEXT = 6;
const HARMLESS = "x";
/** What paint() gives; how many there are is fixed by the drawing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const COLOUR = /\u001b\[\d+m/g;

/** Text that steers terminals, breaks lines of logs or runs in pages, wherever Holt shows what others wrote. */
export const s21: FaultRow = {
  id: "S-21",
  title: "control characters, escape sequences, line breaks and markup in terminal, logs and exports",
  bound: "text stays text: no control character but Holt's own line ends, no line or tag more, logs are JSON",
  counts: { quick: 70, full: 300 },
  async run(context) {
    const payloads = terminalPayloads(context.n, context.random);
    const failures = [
      ...payloads.flatMap((text) => DRAWINGS.flatMap((drawing) => faultsOf(drawing, text))),
      ...(await logFaults(payloads)),
      ...(await runPlanted(context, payloads)).flatMap(commandFaults),
    ];
    const careless: Drawing[] = [
      { name: "careless", kind: "terminal", draw: (text) => `by ${text}` },
      { name: "careless", kind: "html", draw: (text) => `<p>${text}</p>` },
    ];
    for (const drawing of careless)
      if (!payloads.some((text) => faultsOf(drawing, text).length > 0))
        failures.push(`a careless ${drawing.kind} is not found, so the row sees nothing`);
    return { n: payloads.length, failures };
  },
};

/** What is drawn differs from the same with a harmless word in nothing but that word. */
function faultsOf({ name, kind, draw }: Drawing, text: string): string[] {
  const [drawn, harmless] = [draw(text), draw(HARMLESS)];
  const of = `${name} with ${JSON.stringify(text)}`;
  const counted = kind === "html" ? [/\n/g, /</g, />/g, /"/g] : [/\n/g, COLOUR];
  return [
    ...(STEERS.test(drawn.replace(COLOUR, "")) ? [`${of}: has control characters`] : []),
    ...counted
      .filter((what) => count(drawn, what) !== count(harmless, what))
      .map((what) => `${of}: has ${count(drawn, what)} of ${what}, not ${count(harmless, what)}`),
  ];
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** One JSON object a line, from a process that logs as worker and server do. */
async function logFaults(payloads: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", LOG_PROCESS], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(payloads));
  const [written] = await Promise.all([textOf(child.stdout), once(child, "close")]);
  const lines = written.split("\n").slice(0, -1);
  const wanted = payloads.length * LINES_A_TEXT;
  return [
    ...(lines.length === wanted ? [] : [`logs: ${lines.length} lines instead of ${wanted}`]),
    ...lines
      .filter((line) => STEERS.test(line) || !isObject(line))
      .map((line) => `log: ${JSON.stringify(line)}`),
  ];
}

function isObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

/** What `holt` and the server's process wrote, and the texts that must be told in full. */
function commandFaults({ command, code, output, json, tells }: CommandEnd): string[] {
  const of = `holt ${JSON.stringify(command)}`;
  if (STEERS.test(output)) return [`${of}: has control characters: ${JSON.stringify(output).slice(0, 300)}`];
  if (!json) return code === null ? [`${of}: was killed`] : [];
  const read = JSON.stringify(JSON.parse(output));
  return tells.flatMap((text) =>
    read.includes(JSON.stringify(text).slice(1, -1)) ? [] : [`${of}: does not tell ${JSON.stringify(text)}`],
  );
}
