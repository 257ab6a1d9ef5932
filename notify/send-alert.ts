/** One alert to one channel, whatever kind it is of. */
import { alertMail } from "../core/alert-mail.ts";
import { pagerDutyEvents } from "../core/alert-pagerduty.ts";
import { alertMessage } from "../core/alert-slack.ts";
import type { Alert } from "../core/alert-words.ts";
import type { AlertChannel } from "../core/definition-alerts.ts";
import { openMailer } from "./mail.ts";
import { NotSent } from "./not-sent.ts";
import { sendPagerDutyEvent } from "./pagerduty.ts";
import { secretOf } from "./secrets.ts";
import { type NotifySettings, slackOf } from "./settings.ts";
import { sendWebhook } from "./webhooks.ts";

export type OutgoingAlert = Alert & {
  /** The same at each attempt, so that a receiver may know one that comes again. */
  id: string;
  /** The CloudEvent that a webhook carries. */
  event: object;
  /** How the same channel was told of the incident first. */
  first: { id: string; reference: string | null } | null;
};

/**
 * @returns where the receiver keeps it, for what comes later
 * @throws {NotSent}
 */
export async function sendAlert(
  channel: AlertChannel,
  alert: OutgoingAlert,
  { settings, signal }: { settings: NotifySettings; signal: AbortSignal },
): Promise<string | null> {
  switch (channel.kind) {
    case "slack":
      return sendSlack(channel, alert, settings);
    case "mail":
      await sendMail(channel, alert, settings);
      return null;
    case "pagerduty": {
      const routingKey = secretOf(settings, channel.routingKeyEnv, "routingKey");
      // the first one's id: unlike an incident's number it is the same nowhere else
      const key = alert.first?.id ?? alert.id;
      for (const event of pagerDutyEvents(alert, key))
        await sendPagerDutyEvent(
          { routing_key: routingKey, ...event },
          { url: settings.pagerDutyUrl, signal },
        );
      return key;
    }
    case "webhook": {
      const { url, secretEnv } = channel;
      const secret = secretOf(settings, secretEnv, "signingSecret");
      await sendWebhook(
        { url, secret, secretEnv, allowPrivate: settings.allowPrivateWebhooks },
        { id: alert.id, body: alert.event },
        signal,
      );
      return null;
    }
  }
}

/** What comes later stands in the thread of the beginning; the end in the channel, too. */
async function sendSlack(
  { channel, tokenEnv }: Extract<AlertChannel, { kind: "slack" }>,
  alert: OutgoingAlert,
  settings: NotifySettings,
): Promise<string> {
  const [place = channel, ts] = alert.first?.reference?.split(" ") ?? [];
  const posted = await slackOf(settings, tokenEnv).postMessage({
    channel: place,
    ...alertMessage(alert),
    unfurl_links: false,
    ...(ts ? { thread_ts: ts, reply_broadcast: alert.type !== "holt.incident.acknowledged" } : {}),
  });
  return `${posted.channel} ${posted.ts}`;
}

async function sendMail(
  { from, to }: Extract<AlertChannel, { kind: "mail" }>,
  alert: OutgoingAlert,
  { smtpUrl }: NotifySettings,
): Promise<void> {
  if (!smtpUrl)
    throw new NotSent(
      'HOLT_SMTP_URL: is not set here; set it for workers and servers, as in "smtps://user:password@host:465"',
      { isForAll: true },
    );
  const replyTo = alert.first?.id;
  await openMailer(smtpUrl).send({
    id: alert.id,
    ...(replyTo !== undefined && replyTo !== alert.id ? { replyTo } : {}),
    from,
    to,
    ...alertMail(alert),
  });
}
