import { Webhook } from "standardwebhooks";
import { InvalidInput } from "../core/errors.ts";
import { PrivateAddress, postGuarded } from "./outgoing/guarded-post.ts";

const ANSWER_TIMEOUT_MS = 10_000;

/** An event that waits to be sent, under its own id. */
export interface OutgoingWebhook {
  id: string;
  /** The event, as it is sent. */
  body: object;
}

export interface WebhookReceiver {
  url: string;
  /** Environment variable with the signing secret. */
  secretEnv: string;
}

export interface Sending {
  /** Whose environment has the secret, for the words of an error. */
  process: "worker" | "server";
  /** Told of each that the receiver took. */
  onSent: (id: string) => Promise<void>;
  signal: AbortSignal;
}

/**
 * Sends webhooks one after another, signed as Standard Webhooks says. At least once each: the receiver knows one that comes
 * again by its `webhook-id`. What it refuses doesn't hold up the others.
 * @returns why some could not be delivered, as sentences' ends
 * @throws {InvalidInput} the signing secret isn't set, or is none
 */
export async function sendWebhooks(
  { url, secretEnv }: WebhookReceiver,
  waiting: readonly OutgoingWebhook[],
  { process: place, onSent, signal }: Sending,
): Promise<string[]> {
  const signer = openSigner(secretEnv, place);
  const failures: string[] = [];
  for (const webhook of waiting) {
    const failure = await send(url, signer, webhook, signal);
    if (failure === undefined) await onSent(webhook.id);
    else failures.push(failure);
  }
  return failures;
}

function openSigner(secretEnv: string, place: Sending["process"]): Webhook {
  const secret = process.env[secretEnv];
  if (!secret)
    throw new InvalidInput(
      `alerts.webhook.secretEnv: the environment variable ${secretEnv} is not set for the ${place}; set it to the signing secret ("whsec_…") and start the ${place} again`,
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
async function send(
  url: string,
  signer: Webhook,
  { id, body }: OutgoingWebhook,
  signal: AbortSignal,
): Promise<string | undefined> {
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
      signal: AbortSignal.any([signal, timeout]),
      allowPrivate: process.env["HOLT_PRIVATE_WEBHOOKS"] === "allow",
    });
    return status >= 200 && status < 300 ? undefined : `the receiver answered ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return `the receiver did not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`;
    if (error instanceof PrivateAddress) return `the address ${error.message}`;
    const { message, code } = error as NodeJS.ErrnoException;
    return `the receiver could not be reached (${code ?? message})`;
  }
}
