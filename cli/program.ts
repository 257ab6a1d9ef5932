import { readFileSync } from "node:fs";
import { Command } from "commander";
import { cleanLines } from "./print/style.ts";

/**
 * The commands in the order of the help; a key names those that its loader gives. Only the one that was asked for is
 * loaded: all of them together take a second to start.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command | Command[]>>> = {
  apply: async () => (await import("./commands/apply.ts")).applyCommand(),
  plan: async () => (await import("./commands/plan.ts")).planCommand(),
  graph: async () => (await import("./commands/graph.ts")).graphCommand(),
  run: async () => (await import("./commands/run.ts")).runCommand(),
  runs: async () => (await import("./commands/runs.ts")).runsCommand(),
  "retry skip abort": async () => (await import("./commands/answer.ts")).answerCommands(),
  review: async () => (await import("./commands/review.ts")).reviewCommand(),
  delegate: async () => (await import("./commands/delegations.ts")).delegateCommand(),
  delegations: async () => (await import("./commands/delegations.ts")).delegationsCommand(),
  versions: async () => (await import("./commands/versions.ts")).versionsCommand(),
  rollout: async () => (await import("./commands/rollout.ts")).rolloutCommand(),
  rollback: async () => (await import("./commands/rollback.ts")).rollbackCommand(),
  alias: async () => (await import("./commands/alias.ts")).aliasCommand(),
  freeze: async () => (await import("./commands/safeguards.ts")).freezeCommand(),
  thaw: async () => (await import("./commands/safeguards.ts")).thawCommand(),
  "baseline-now": async () => (await import("./commands/safeguards.ts")).baselineNowCommand(),
  safeguards: async () => (await import("./commands/safeguards.ts")).safeguardsCommand(),
  rules: async () => (await import("./commands/rules.ts")).rulesCommand(),
  experiment: async () => (await import("./commands/experiment.ts")).experimentCommand(),
  export: async () => (await import("./commands/export.ts")).exportCommand(),
  import: async () => (await import("./commands/import.ts")).importCommand(),
  keys: async () => (await import("./commands/keys.ts")).keysCommand(),
  history: async () => (await import("./commands/history.ts")).historyCommand(),
  predict: async () => (await import("./commands/predict.ts")).predictCommand(),
  batch: async () => (await import("./commands/batch.ts")).batchCommand(),
  outcomes: async () => (await import("./commands/outcomes.ts")).outcomesCommand(),
  monitor: async () => (await import("./commands/monitor.ts")).monitorCommand(),
  drill: async () => (await import("./commands/drill.ts")).drillCommand(),
  incidents: async () => (await import("./commands/incidents.ts")).incidentsCommand(),
  alerts: async () => (await import("./commands/alerts.ts")).alertsCommand(),
  silence: async () => (await import("./commands/silences.ts")).silenceCommand(),
  silences: async () => (await import("./commands/silences.ts")).silencesCommand(),
  replay: async () => (await import("./commands/replay.ts")).replayCommand(),
  users: async () => (await import("./commands/users.ts")).usersCommand(),
  tokens: async () => (await import("./commands/tokens.ts")).tokensCommand(),
  "sign-in": async () => (await import("./commands/sign-in.ts")).signInCommand(),
  audit: async () => (await import("./commands/audit.ts")).auditCommand(),
  dev: async () => (await import("./commands/dev.ts")).devCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
};

/**
 * The `holt` command: with the one command that `asked` (the first word behind `holt`) names, or with all of them.
 * It throws commander's errors instead of ending the process.
 */
export async function buildProgram(asked?: string): Promise<Command> {
  const program = new Command("holt")
    .description("Takes a machine-learning model from data to production and keeps it healthy there")
    .version(readVersion(), "--version", "print the version")
    // after a command's name, --version is that command's own
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  holt apply\n  holt run movies --wait\n  holt review\n\nExit codes: 0 done, 1 failed, 2 wrong use, 3 waiting for a person",
    );
  for (const command of await commandsFor(asked)) program.addCommand(command);
  return throwing(program);
}

async function commandsFor(asked: string | undefined): Promise<Command[]> {
  if (asked === "--version") return [];
  const named = Object.entries(COMMANDS).filter(([names]) => names.split(" ").some((name) => name === asked));
  const loaders = (named.length > 0 ? named : Object.entries(COMMANDS)).map(([, load]) => load());
  return (await Promise.all(loaders)).flat();
}

function throwing(command: Command): Command {
  command
    .exitOverride()
    .helpCommand(false)
    .helpOption("-h, --help", "say what it does and show examples")
    .configureOutput({ outputError: (text, write) => write(cleanLines(text.replace(/^error: /, "holt: "))) })
    .showHelpAfterError(`See: ${fullName(command)} --help`);
  command.commands.forEach((child) => void throwing(child));
  return command;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function readVersion(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
