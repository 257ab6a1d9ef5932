import { type Command, InvalidArgumentError, Option } from "commander";
import { InvalidInput } from "../../core/errors.ts";
import { linkIdentity } from "../../operations/people.ts";
import { whoAdministers } from "../administrator.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { withSession } from "../session.ts";

interface Identity {
  issuer: string;
  subject: string;
}

export function linkCommand(): Command {
  return holtCommand("link", {
    description: "Say who somebody is at a sign-in provider, or in Slack",
    examples: [
      "holt users link anna --slack T0123/U0456",
      "holt users link anna --issuer https://id.example.com --subject 7",
    ],
  })
    .argument("<name>", 'a person of "holt users"')
    .option("--issuer <issuer>", "the provider's issuer; with --subject")
    .option("--subject <subject>", "who they are there")
    .addOption(
      new Option("--slack <user>", "who they are in Slack: workspace and user, as in T0123/U0456")
        .argParser(parseSlackUser)
        .conflicts(["issuer", "subject"]),
    )
    .action(printing(link));
}

async function link(
  name: string,
  { slack, ...given }: Partial<Identity> & { slack?: Identity },
): Promise<CommandResult> {
  const { issuer, subject } = slack ?? given;
  if (issuer === undefined || subject === undefined)
    throw new InvalidInput(
      `person "${name}": it is not said who they are; write --slack T0123/U0456, or --issuer with --subject`,
    );
  await withSession(async (session) =>
    linkIdentity(session, await whoAdministers(session), { name, issuer, subject }),
  );
  return {
    text: `person ${name}: is "${subject}" of "${issuer}" from now on`,
    data: { name, issuer, subject },
  };
}

/** Slack's ids of workspace and user, both as Slack shows them in a profile and in the browser's address. */
function parseSlackUser(written: string): Identity {
  const [, team, user] = /^([TE][A-Z0-9]+)\/([UW][A-Z0-9]+)$/.exec(written) ?? [];
  if (team && user) return { issuer: `slack:${team}`, subject: user };
  throw new InvalidArgumentError("It is no workspace and user of Slack; write both, as in T0123/U0456.");
}
