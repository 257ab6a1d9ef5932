import { readFileSync } from "node:fs";
import { Command } from "commander";
import { aliasCommand } from "./commands/alias.ts";
import { answerCommands } from "./commands/answer.ts";
import { applyCommand } from "./commands/apply.ts";
import { auditCommand } from "./commands/audit.ts";
import { batchCommand } from "./commands/batch.ts";
import { delegateCommand, delegationsCommand } from "./commands/delegations.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { experimentCommand } from "./commands/experiment.ts";
import { exportCommand } from "./commands/export.ts";
import { graphCommand } from "./commands/graph.ts";
import { historyCommand } from "./commands/history.ts";
import { importCommand } from "./commands/import.ts";
import { incidentsCommand } from "./commands/incidents.ts";
import { keysCommand } from "./commands/keys.ts";
import { monitorCommand } from "./commands/monitor.ts";
import { outcomesCommand } from "./commands/outcomes.ts";
import { planCommand } from "./commands/plan.ts";
import { predictCommand } from "./commands/predict.ts";
import { replayCommand } from "./commands/replay.ts";
import { reviewCommand } from "./commands/review.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { rolloutCommand } from "./commands/rollout.ts";
import { rulesCommand } from "./commands/rules.ts";
import { runCommand } from "./commands/run.ts";
import { runsCommand } from "./commands/runs.ts";
import { baselineNowCommand, freezeCommand, safeguardsCommand, thawCommand } from "./commands/safeguards.ts";
import { signInCommand } from "./commands/sign-in.ts";
import { tokensCommand } from "./commands/tokens.ts";
import { usersCommand } from "./commands/users.ts";
import { versionsCommand } from "./commands/versions.ts";
import { cleanLines } from "./print/style.ts";

/** The whole `holt` command. It throws commander's errors instead of ending the process. */
export function buildProgram(): Command {
  const program = new Command("holt")
    .description("Takes a machine-learning model from data to production and keeps it healthy there")
    .version(readVersion(), "--version", "print the version")
    // after a command's name, --version is that command's own
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  holt apply\n  holt run movies --wait\n  holt review\n\nExit codes: 0 done, 1 failed, 2 wrong use, 3 waiting for a person",
    );
  for (const command of commands()) program.addCommand(command);
  return throwing(program);
}

function commands(): Command[] {
  return [
    applyCommand(),
    planCommand(),
    graphCommand(),
    runCommand(),
    runsCommand(),
    ...answerCommands(),
    reviewCommand(),
    delegateCommand(),
    delegationsCommand(),
    versionsCommand(),
    rolloutCommand(),
    rollbackCommand(),
    aliasCommand(),
    freezeCommand(),
    thawCommand(),
    baselineNowCommand(),
    safeguardsCommand(),
    rulesCommand(),
    experimentCommand(),
    exportCommand(),
    importCommand(),
    keysCommand(),
    historyCommand(),
    predictCommand(),
    batchCommand(),
    outcomesCommand(),
    monitorCommand(),
    incidentsCommand(),
    replayCommand(),
    usersCommand(),
    tokensCommand(),
    signInCommand(),
    auditCommand(),
    devCommand(),
    doctorCommand(),
  ];
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
