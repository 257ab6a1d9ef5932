import { NotSent } from "./not-sent.ts";

/** What a secret looks like that goes out, so that a definition cannot have another variable's value sent there. */
const KINDS = {
  slackToken: { what: 'a token of Slack ("xoxb-…")', form: /^xox[a-z]-/ },
  routingKey: { what: "an integration key of PagerDuty's Events API v2", form: /^[0-9A-Za-z]{32}$/ },
  // signs what goes out, and goes nowhere
  signingSecret: { what: 'a signing secret ("whsec_…")', form: /^/ },
} as const;

/**
 * The value of the environment variable that a definition names.
 * @throws {NotSent} it isn't set here, or holds something else, which stays unsaid
 */
export function secretOf(
  { secret }: { secret(variable: string): string | undefined },
  variable: string,
  kind: keyof typeof KINDS,
): string {
  const { what, form } = KINDS[kind];
  const value = secret(variable);
  if (value && form.test(value)) return value;
  const why = !value ? "is not set here" : `holds something that is not ${what}, and is sent nowhere`;
  throw new NotSent(
    `the environment variable ${variable} ${why}; set it to ${what} for workers and servers`,
    {
      isForAll: true,
    },
  );
}
