import type { Command } from "commander";
import { listTrustedKeys } from "../../db/environments.ts";
import { environmentKeyFiles } from "../../operations/environment-settings.ts";
import { distrustEnvironment, makeEnvironmentKey, trustEnvironment } from "../../operations/environments.ts";
import { findHome } from "../../store/settings.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawTable } from "../print/table.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

/** Digits of a key's id that people compare. */
const SHORT_ID = 16;

export function keysCommand(): Command {
  return holtCommand("keys", {
    description: "List the keys of other environments whose releases may come in here",
    examples: ["holt keys", "holt keys make", "holt keys trust staging.pub.pem --name staging"],
  })
    .action(printing(list))
    .addCommand(
      holtCommand("make", {
        description: "Make the key that signs what this environment exports; one that is there stays",
        examples: ["holt keys make"],
      }).action(printing(make)),
    )
    .addCommand(
      holtCommand("trust", {
        description: "Let in what another environment signs with its key",
        examples: ["holt keys trust staging.pub.pem --name staging"],
      })
        .argument("<file>", 'the public key that "holt keys make" wrote there')
        .requiredOption("--name <environment>", "what that environment is called, there and here")
        .action(printing(trust)),
    )
    .addCommand(
      holtCommand("distrust", {
        description: "Let nothing more in by a key, for good; what came stays",
        examples: ["holt keys distrust 9f2c41d0"],
      })
        .argument("<key>", 'one of "holt keys", or as much of its id as names no other')
        .action(printing(distrust)),
    );
}

async function list(): Promise<CommandResult> {
  const keys = await withSession(({ database }) => listTrustedKeys(database.db));
  const rows = keys.map(({ id, name, by, trustedAt, endedAt }) => [
    id.slice(0, SHORT_ID),
    name,
    by,
    formatTime(trustedAt),
    endedAt ? `until ${formatTime(endedAt)}` : "",
  ]);
  return {
    text:
      keys.length === 0
        ? "No key of another environment is trusted here."
        : drawTable(["key", "environment", "trusted by", "since", ""], rows),
    data: keys,
  };
}

async function make(): Promise<CommandResult> {
  const files = environmentKeyFiles(process.env, findHome());
  const { id } = await makeEnvironmentKey(files);
  return {
    text: `key ${id.slice(0, SHORT_ID)}: ${files.privateFile} signs what is exported here, and is for nobody else\nHand ${files.publicFile} to an admin of the other environment: holt keys trust <file> --name <this environment>`,
    data: { id, ...files },
  };
}

async function trust(file: string, { name }: { name: string }): Promise<CommandResult> {
  const key = await withSession(async (session) =>
    trustEnvironment(session, await session.actor(), { file, name }),
  );
  return {
    text: `key ${key.id.slice(0, SHORT_ID)}: what "${name}" signs with it may come in. See by another way than the file's that it is theirs.`,
    data: key,
  };
}

async function distrust(written: string): Promise<CommandResult> {
  const key = await withSession(async (session) =>
    distrustEnvironment(session, await session.actor(), written),
  );
  return {
    text: `key ${key.id.slice(0, SHORT_ID)}: nothing more of "${key.name}" comes in by it`,
    data: key,
  };
}
