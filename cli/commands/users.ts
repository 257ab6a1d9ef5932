import { type Command, Option } from "commander";
import { ROLES, type Role } from "../../core/roles.ts";
import { migrate } from "../../db/migrate.ts";
import { listPeople } from "../../db/people.ts";
import { addPerson, disablePerson } from "../../operations/people.ts";
import { whoAdministers } from "../administrator.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function usersCommand(): Command {
  return holtCommand("users", {
    description: "List people and programs with their roles; add and disable them",
    examples: ["holt users", "holt users add anna --role reviewer"],
  })
    .action(printing(list))
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(disableCommand());
}

function listCommand(): Command {
  return holtCommand("list", {
    description: "List people and programs with their roles",
    examples: ["holt users list"],
  }).action(printing(list));
}

async function list(): Promise<CommandResult> {
  const people = await withSession(({ database }) => listPeople(database.db));
  const data = people.map(({ name, roles, groups, created_at, disabled_at }) => ({
    name,
    roles,
    groups,
    createdAt: created_at.toISOString(),
    disabledAt: disabled_at?.toISOString() ?? null,
  }));
  const rows = data.map(({ name, roles, groups, createdAt, disabledAt }) => [
    name,
    roles.join(", "),
    groups.join(", "),
    formatTime(createdAt),
    formatTime(disabledAt),
  ]);
  return {
    text:
      data.length === 0
        ? `Nobody yet. Add the first person with: ${commandLine("users add <name> --role admin")}`
        : drawTable(["name", "roles", "groups", "added", "disabled"], rows),
    data,
  };
}

function addCommand(): Command {
  return holtCommand("add", {
    description: "Add a person or a program; makes Holt's tables in an empty database first",
    examples: ["holt users add anna --role reviewer"],
  })
    .argument("<name>", "small letters, digits and . _ @ -")
    .addOption(
      new Option("--role <roles...>", "what they may do, see docs/cli.md")
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .action(printing(add));
}

async function add(name: string, { role: roles }: { role: Role[] }): Promise<CommandResult> {
  return withSession(async (session) => {
    await migrate(session.database.db);
    const person = await addPerson(session, await whoAdministers(session), { name, roles });
    return {
      text: `person ${name}: ${person.roles.join(", ")}. Give them a token with: ${commandLine(`tokens issue ${name}`)}`,
      data: { name: person.name, roles: person.roles },
    };
  });
}

function disableCommand(): Command {
  return holtCommand("disable", {
    description: "Shut a person out, at once; what they did stays in the log",
    examples: ["holt users disable anna"],
  })
    .argument("<name>", 'a person of "holt users"')
    .action(
      printing(async (name: string) => {
        await withSession(async (session) => disablePerson(session, await whoAdministers(session), name));
        return {
          text: `person ${name}: is disabled; their tokens and sessions open nothing`,
          data: { name },
        };
      }),
    );
}
