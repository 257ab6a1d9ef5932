import { Webhook } from "standardwebhooks";
import { NotSent } from "./not-sent.ts";
import { PrivateAddress, postGuarded } from "./outgoing/guarded-post.ts";

const ANSWER_TIMEOUT_MS = 10_000;

/** An event to be sent, under its own id. */
export interface OutgoingWebhook {
  id: string;
  /** The event, as it is sent. */
  body: object;
}

export interface WebhookReceiver {
  url: string;
  /** The signing secret, `whsec_` and its bytes in Base64. */
  secret: string;
  /** Environment variable that has it, for the words of an error. */
  secretEnv: string;
  /** It may lie in the private net. */
  allowPrivate: boolean;
}

/**
 * Sends a webhook, signed as Standard Webhooks says. The receiver knows one that comes again by its `webhook-id`.
 * @throws {NotSent} it was not taken, or the secret is none
 */
export async function sendWebhook(
  { url, secret, secretEnv, allowPrivate }: WebhookReceiver,
  { id, body }: OutgoingWebhook,
  signal: AbortSignal,
): Promise<void> {
  const signer = openSigner(secret, secretEnv);
  const text = JSON.stringify(body);
  const sentAt = new Date();
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
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
    allowPrivate,
  }).catch((error: NodeJS.ErrnoException) => {
    signal.throwIfAborted();
    throw new NotSent(`webhook: ${whyOf(error, timeout.aborted)}`, { isForAll: true });
  });
  if (status < 200 || status >= 300) throw new NotSent(`webhook: the receiver answered ${status}`);
}

function openSigner(secret: string, secretEnv: string): Webhook {
  try {
    return new Webhook(secret);
  } catch (error) {
    // The library's message may quote the secret, so it isn't passed on.
    throw new NotSent(
      `webhook: the environment variable ${secretEnv} holds no signing secret; write "whsec_" and the secret's bytes in Base64`,
      { isForAll: true, cause: (error as Error).name },
    );
  }
}

function whyOf(error: NodeJS.ErrnoException, isLate: boolean): string {
  if (isLate) return `the receiver did not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`;
  if (error instanceof PrivateAddress) return `the address ${error.message}`;
  return `the receiver could not be reached (${error.code ?? error.message})`;
}
