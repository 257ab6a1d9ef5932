import { type Command, Option } from "commander";
import { ROLES, type Role } from "../../core/roles.ts";
import { listMissingMigrations, migrate } from "../../db/migrate.ts";
import { listPeople } from "../../db/people.ts";
import { addPerson, changePerson, disablePerson } from "../../operations/people.ts";
import { whoAdministers } from "../administrator.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";
import { linkCommand } from "./users-link.ts";

export function usersCommand(): Command {
  return holtCommand("users", {
    description: "List people and programs with their roles; add, change and disable them",
    examples: ["holt users", "holt users add anna --role reviewer"],
  })
    .action(printing(list))
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(changeCommand())
    .addCommand(linkCommand())
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
  const data = people.map(({ name, roles, groups, owner, email, created_at, disabled_at }) => ({
    ...{ name, roles, groups, owner, email },
    createdAt: created_at.toISOString(),
    disabledAt: disabled_at?.toISOString() ?? null,
  }));
  const rows = data.map(({ name, roles, groups, owner, createdAt, disabledAt }) => [
    ...[name, roles.join(", "), groups.join(", "), owner ?? ""],
    ...[formatTime(createdAt), formatTime(disabledAt)],
  ]);
  return {
    text:
      data.length === 0
        ? `Nobody yet. Add the first person with: ${commandLine("users add <name> --role admin")}`
        : drawTable(["name", "roles", "groups", "owner", "added", "disabled"], rows),
    data,
  };
}

interface PersonOptions {
  role?: Role[];
  group?: string[];
  email?: string;
  owner?: string;
}

function addCommand(): Command {
  const command = holtCommand("add", {
    description: "Add a person or a program; makes Holt's tables in an empty database first",
    examples: [
      "holt users add anna --role reviewer --group product",
      "holt users add ci --role submitter --owner erin",
    ],
  })
    .argument("<name>", "small letters, digits and . _ @ -")
    .addOption(roleOption().makeOptionMandatory());
  return withPersonOptions(command).action(printing(add));
}

async function add(name: string, options: PersonOptions & { role: Role[] }): Promise<CommandResult> {
  return withSession(async (session) => {
    // Only its owner may; anybody else finds nothing missing.
    if ((await listMissingMigrations(session.database.db)).length > 0) await migrate(session.database.db);
    const by = await whoAdministers(session);
    const person = await addPerson(session, by, { ...fieldsOf(options), name, roles: options.role });
    return {
      text: `person ${name}: ${person.roles.join(", ")}. Give them a token with: ${commandLine(`tokens issue ${name}`)}`,
      data: { name: person.name, roles: person.roles },
    };
  });
}

function changeCommand(): Command {
  const command = holtCommand("change", {
    description: "Change a person's roles, groups, address or owner; what is left out stays",
    examples: ["holt users change anna --role reviewer submitter --group product"],
  })
    .argument("<name>", 'a person of "holt users"')
    .addOption(roleOption());
  return withPersonOptions(command).action(printing(change));
}

async function change(name: string, options: PersonOptions): Promise<CommandResult> {
  return withSession(async (session) => {
    const by = await whoAdministers(session);
    const { roles, groups } = await changePerson(session, by, { ...fieldsOf(options), name });
    return {
      text: `person ${name}: ${roles.join(", ")}${groups.length > 0 ? `; groups ${groups.join(", ")}` : ""}`,
      data: { name, roles, groups },
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

function roleOption(): Option {
  return new Option("--role <roles...>", "what they may do, see docs/cli.md").choices(ROLES);
}

function withPersonOptions(command: Command): Command {
  return command
    .option("--group <groups...>", "groups that a definition's review may name")
    .option("--email <address>", "where notices of reviews go")
    .option("--owner <name>", "whose program this is: what it does counts as theirs");
}

function fieldsOf({ role, group, email, owner }: PersonOptions) {
  return { roles: role, groups: group, email, owner };
}
