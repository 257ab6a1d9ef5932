import type { Command } from "commander";
import { issueSignInCode } from "../../operations/sessions.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function signInCommand(): Command {
  return holtCommand("sign-in", {
    description: "Print a link that signs your browser in to Holt's pages, once",
    examples: ["holt sign-in"],
  }).action(printing(signIn));
}

async function signIn(): Promise<CommandResult> {
  return withSession(async (session) => {
    const { code, expiresAt } = await issueSignInCode(session, await session.actor());
    const url = `${session.settings.serverUrl}/#sign-in=${code}`;
    const until = expiresAt.toISOString();
    process.stderr.write(`Open this link once, until ${formatTime(until)}:\n`);
    return { text: url, data: { url, expiresAt: until } };
  });
}
