import type { Command } from "commander";
import { issueToken, revokeToken } from "../../operations/people.ts";
import { whoAdministers } from "../administrator.ts";
import { parseDurationMs } from "../arguments.ts";
import { type CommandResult, commandGroup, holtCommand, printing } from "../command.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

const DEFAULT_TTL_MS = 90 * 86_400_000;

export function tokensCommand(): Command {
  return commandGroup("tokens", {
    description: "Hand out tokens and revoke them",
    examples: ["holt tokens issue anna --label laptop"],
  })
    .addCommand(issueCommand())
    .addCommand(revokeCommand());
}

function issueCommand(): Command {
  return holtCommand("issue", {
    description: "Hand out a token; it is shown once, only its hash is kept",
    examples: ['holt tokens issue anna --label laptop --expires-after "30 d"'],
  })
    .argument("<name>", 'a person of "holt users"')
    .option("--label <label>", "what it is for; tokens are revoked by it", "")
    .option("--expires-after <duration>", 'how long it is good (default: "90 d")', parseDurationMs)
    .action(printing(issue));
}

interface IssueOptions {
  label: string;
  expiresAfter?: number;
}

async function issue(name: string, { label, expiresAfter }: IssueOptions): Promise<CommandResult> {
  const ttlMs = expiresAfter ?? DEFAULT_TTL_MS;
  const { token, expiresAt } = await withSession(async (session) =>
    issueToken(session, await whoAdministers(session), { name, label, ttlMs }),
  );
  const until = expiresAt.toISOString();
  process.stderr.write(`Token of ${name}, good until ${formatTime(until)}; it is not shown again:\n`);
  return { text: token, data: { name, label, token, expiresAt: until } };
}

function revokeCommand(): Command {
  return holtCommand("revoke", {
    description: "Revoke a person's tokens of one label, at once",
    examples: ["holt tokens revoke anna --label laptop"],
  })
    .argument("<name>", 'a person of "holt users"')
    .option("--label <label>", "the label they were issued with", "")
    .action(printing(revoke));
}

async function revoke(name: string, { label }: { label: string }): Promise<CommandResult> {
  const revoked = await withSession(async (session) =>
    revokeToken(session, await whoAdministers(session), { name, label }),
  );
  const which = label ? ` with the label "${label}"` : " without a label";
  return {
    text: `person ${name}: ${revoked} token${revoked === 1 ? "" : "s"}${which} revoked`,
    data: { name, label, revoked },
  };
}
