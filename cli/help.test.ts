/** Help texts, and docs/cli.md against the commands, both ways. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { EXIT } from "./exit-codes.ts";
import { buildProgram, COMMANDS } from "./program.ts";

const document = await readFile(new URL("../docs/cli.md", import.meta.url), "utf8");
const commands = allBelow(await buildProgram()).filter((command) => command.parent);

it.each(commands.map((command) => [nameOf(command), command] as const))(
  "%s: its help starts with a verb and shows an example of itself",
  (name, command) => {
    expect(command.description()).toMatch(/^[A-Z][a-z]+ .*[^.]$/);
    expect(exampleOf(command)).toContain(name);
    for (const option of command.options) expect(option.description).not.toBe("");
    for (const argument of command.registeredArguments) expect(argument.description).not.toBe("");
  },
);

it("describes every command with its arguments and options in docs/cli.md, and none that doesn't exist", () => {
  const described = document
    .split(/^### /m)
    .slice(1)
    .map((section) => ({
      usage: /^`(.+)`/.exec(section)?.[1],
      settings: [...section.matchAll(/^\| `([^`]+)` *\|/gm)].map(([, written]) => written),
    }));
  expect(described).toEqual(
    commands.map((command) => ({
      usage: [nameOf(command), ...command.registeredArguments.map(writtenArgument)].join(" "),
      settings: [
        ...command.registeredArguments.map(writtenArgument),
        ...command.options
          .map(({ flags }) => flags)
          .filter((flags) => !["--json", "--as <person>"].includes(flags)),
      ],
    })),
  );
});

it.each(Object.keys(COMMANDS).flatMap((names) => names.split(" ")))(
  "loads %s by its name, without the commands of other files",
  async (name) => {
    const { commands } = await buildProgram(name);
    const [key = ""] = Object.keys(COMMANDS).filter((names) => names.split(" ").includes(name));
    expect(commands.map((command) => command.name())).toEqual(key.split(" "));
  },
);

it("gives JSON wherever it prints anything, and says so in docs/cli.md", () => {
  const without = commands.filter((command) => !command.options.some(({ long }) => long === "--json"));
  expect(without.map(nameOf)).toEqual(["holt experiment", "holt outcomes", "holt tokens", "holt audit"]);
  expect(document).toContain("`--json`");
});

it("lists the exit codes in docs/cli.md", () => {
  const listed = [...document.matchAll(/^\| `(\d)` *\| /gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT));
});

function allBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allBelow)];
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function writtenArgument(argument: { required: boolean; name(): string }): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function exampleOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return /\nExamples?:\n((?: {2}holt .+\n?)+)/.exec(help)?.[1] ?? "";
}
