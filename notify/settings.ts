import { findServerUrl } from "../store/settings.ts";
import { secretOf } from "./secrets.ts";
import { openSlack, type Slack } from "./slack.ts";

/** Where notices go out, and what their links lead to. */
export interface NotifySettings {
  serverUrl: string;
  /** The mail server; nothing is mailed without. */
  smtpUrl: string | undefined;
  /** Another address of Slack's Web API; undefined for Slack's own. */
  slackApiUrl: string | undefined;
  /** By which the server knows what Slack sent; it takes nothing without. */
  slackSigningSecret: string | undefined;
  /** Another address of PagerDuty's Events API; undefined for PagerDuty's own. */
  pagerDutyUrl: string | undefined;
  /** The operator lets webhooks of definitions reach the private net. */
  allowPrivateWebhooks: boolean;
  /** Value of an environment variable of which a definition says that a secret is in it. */
  secret(variable: string): string | undefined;
}

export function readNotifySettings(env: NodeJS.ProcessEnv = process.env): NotifySettings {
  return {
    serverUrl: findServerUrl(env),
    smtpUrl: env["HOLT_SMTP_URL"] || undefined,
    slackApiUrl: env["HOLT_SLACK_API_URL"] || undefined,
    slackSigningSecret: env["HOLT_SLACK_SIGNING_SECRET"] || undefined,
    pagerDutyUrl: env["HOLT_PAGERDUTY_URL"] || undefined,
    allowPrivateWebhooks: env["HOLT_PRIVATE_WEBHOOKS"] === "allow",
    secret: (variable) => env[variable] || undefined,
  };
}

/** The bot of a token that a definition names by its environment variable. @throws {NotSent} it isn't set here, or is none */
export function slackOf(settings: NotifySettings, tokenEnv: string): Slack {
  return openSlack(secretOf(settings, tokenEnv, "slackToken"), settings.slackApiUrl);
}
