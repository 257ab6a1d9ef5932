import { randomBytes } from "node:crypto";
import { sha256 } from "../store/digest.ts";

const SECRET_BYTES = 32;
const PATTERN = /^holt_[A-Za-z0-9_-]{43}$/;

/** A new token, session or code: 32 random bytes that nobody can guess, so a plain hash is enough to store. */
export function newSecret(): { secret: string; hash: string } {
  const secret = `holt_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  return { secret, hash: sha256(secret) };
}

/** What is stored of a secret; undefined when the text cannot be one, so that nonsense costs no query. */
export function hashOfSecret(secret: string): string | undefined {
  return PATTERN.test(secret) ? sha256(secret) : undefined;
}
