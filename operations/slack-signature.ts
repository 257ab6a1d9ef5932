import { createHmac, timingSafeEqual } from "node:crypto";
import { NotAllowed } from "../core/errors.ts";

/** As Slack's documentation has it; longer would leave a stolen request good for longer. */
const LONGEST_AGE_S = 5 * 60;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

export interface SlackRequest {
  /** As it came, byte for byte. */
  body: Buffer;
  /** Headers `x-slack-request-timestamp` and `x-slack-signature`. */
  timestamp: string | undefined;
  signature: string | undefined;
}

/**
 * Whether Slack sent this, and just now: version v0 of its signature, HMAC-SHA256 over `v0:<timestamp>:<body>`, compared in constant time.
 * @throws {NotAllowed} the words don't say what is wrong with the signature
 */
export function assertFromSlack(
  { body, timestamp, signature }: SlackRequest,
  secret: string,
  nowMs: number,
): void {
  if (!timestamp || !/^\d{1,12}$/.test(timestamp) || !signature || !SIGNATURE.test(signature))
    throw new NotAllowed(
      'request: has no signature of Slack\'s; only Slack may send it, see "Telling reviewers"',
    );
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature.slice("v0=".length), "hex")))
    throw new NotAllowed("request: its signature is not Slack's; correct HOLT_SLACK_SIGNING_SECRET");
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > LONGEST_AGE_S)
    throw new NotAllowed(
      "request: its timestamp is more than 5 minutes away; see that this machine's clock is right",
    );
}
