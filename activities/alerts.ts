import { cancellationSignal, log } from "@temporalio/activity";
import { Webhook } from "standardwebhooks";
import { type Definition, definitionSchema } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { listWaitingWebhooks, markDelivered, type WaitingWebhook } from "../db/webhooks.ts";
import type { ActivityContext } from "./context.ts";
import { PrivateAddress, postGuarded } from "./outgoing/guarded-post.ts";

const ANSWER_TIMEOUT_MS = 10_000;

export const alertActivities = (context: ActivityContext) => ({
  /**
   * Sends the model's waiting webhooks, signed as Standard Webhooks says, the oldest first. At least once each: the
   * receiver knows one that comes again by its `webhook-id`. What a receiver refuses doesn't hold up the others.
   * @throws {InvalidInput} the signing secret isn't set, or is none; no retry
   * @throws {Error} some could not be delivered; the next attempt sends those again
   */
  async sendAlerts({ model }: { model: string }): Promise<{ delivered: number }> {
    const { db } = context.database;
    const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
    const { alerts } = definitionSchema.parse(body);
    const waiting = alerts ? await listWaitingWebhooks(db, model) : [];
    if (!alerts || waiting.length === 0) return { delivered: 0 };
    const signer = openSigner(alerts.webhook);
    const failures: string[] = [];
    for (const webhook of waiting) {
      const failure = await send(alerts.webhook.url, signer, webhook);
      if (failure === undefined) await markDelivered(db, webhook.id);
      else failures.push(failure);
    }
    log.info("webhooks sent", {
      model,
      delivered: waiting.length - failures.length,
      failed: failures.length,
    });
    if (failures.length > 0)
      throw new Error(
        `alerts.webhook.url: could not deliver ${failures.length} of ${waiting.length} webhooks, the first since ${failures[0]}`,
      );
    return { delivered: waiting.length };
  },
});

type WebhookSettings = NonNullable<Definition["alerts"]>["webhook"];

function openSigner({ secretEnv }: WebhookSettings): Webhook {
  const secret = process.env[secretEnv];
  if (!secret)
    throw new InvalidInput(
      `alerts.webhook.secretEnv: the environment variable ${secretEnv} is not set for the worker; set it to the signing secret ("whsec_…") and start the worker again`,
    );
  try {
    return new Webhook(secret);
  } catch (error) {
    // The library's message may quote the secret, so it isn't passed on.
    throw new InvalidInput(
      `alerts.webhook.secretEnv: the environment variable ${secretEnv} holds no signing secret; write "whsec_" and the secret's bytes in Base64`,
      { cause: (error as Error).name },
    );
  }
}

/** Why it could not be delivered, as a sentence's end; undefined when the receiver took it. */
async function send(url: string, signer: Webhook, { id, body }: WaitingWebhook): Promise<string | undefined> {
  const text = JSON.stringify(body);
  const sentAt = new Date();
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const status = await postGuarded({
      url,
      headers: {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
        "webhook-signature": signer.sign(id, sentAt, text),
      },
      body: text,
      signal: AbortSignal.any([cancellationSignal(), timeout]),
      allowPrivate: process.env["HOLT_PRIVATE_WEBHOOKS"] === "allow",
    });
    return status >= 200 && status < 300 ? undefined : `the receiver answered ${status}`;
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (timeout.aborted) return `the receiver did not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`;
    if (error instanceof PrivateAddress) return `the address ${error.message}`;
    const { message, code } = error as NodeJS.ErrnoException;
    return `the receiver could not be reached (${code ?? message})`;
  }
}
