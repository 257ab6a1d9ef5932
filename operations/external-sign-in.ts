/** Signing in by an OpenID provider: what Holt keeps of it between leaving for the provider and coming back. */
import { createHmac } from "node:crypto";
import type { Role } from "../core/roles.ts";
import { hasIdentity } from "../db/people.ts";
import { addSignInAttempt, takeSignInAttempt } from "../db/sign-in-attempts.ts";
import type { OperationsContext } from "./context.ts";
import { hashOfSecret, newSecret } from "./secrets.ts";
import { endSession, type OpenedSession, openExternalSession } from "./sessions.ts";

/** Long enough to find a password and a second factor. */
export const ATTEMPT_TTL_MS = 10 * 60_000;

export interface SignInAttempt {
  /** Goes to the provider and comes back. */
  state: string;
  /** Stays in the browser's cookie; without it, a stolen or planted answer is worth nothing. */
  browser: string;
}

/** A new attempt that ends at `target`; of a browser that has one under way in another window, it keeps the secret. */
export async function beginSignIn(
  { database }: Pick<OperationsContext, "database">,
  { browser, target }: { browser: string | undefined; target: string },
): Promise<SignInAttempt> {
  const kept = browser === undefined ? undefined : hashOfSecret(browser);
  const own = kept && browser ? { secret: browser, hash: kept } : newSecret();
  const state = newSecret();
  await addSignInAttempt(database.db, {
    ...{ stateHash: state.hash, browserHash: own.hash },
    ...{ target, ttlMs: ATTEMPT_TTL_MS },
  });
  return { state: state.secret, browser: own.secret };
}

/** The page that was wanted; undefined when this browser has no such attempt under way. Works once. */
export async function endSignIn(
  { database }: Pick<OperationsContext, "database">,
  { state, browser }: Partial<SignInAttempt>,
): Promise<string | undefined> {
  const [stateHash, browserHash] = [hashOfSecret(state ?? ""), hashOfSecret(browser ?? "")];
  if (!stateHash || !browserHash) return undefined;
  return takeSignInAttempt(database.db, { stateHash, browserHash });
}

/** What only this browser's attempt can know; it is worked out again, so that nobody keeps it. */
export function secretsOf({ state, browser }: SignInAttempt): { nonce: string; codeVerifier: string } {
  const derive = (use: string) => createHmac("sha256", browser).update(`${use} ${state}`).digest("base64url");
  return { nonce: derive("nonce"), codeVerifier: derive("code verifier") };
}

/**
 * Opens a session for somebody whom the provider signed in. Their roles and groups become those that it says now; who
 * has none any more is signed in nowhere, and is nobody's new entry.
 * @throws {NotAllowed} they are disabled @throws {Conflict} their name is somebody else's here
 */
export async function signInByProvider(
  context: Pick<OperationsContext, "database" | "signIn">,
  person: {
    issuer: string;
    subject: string;
    name: string;
    email: string | null;
    roles: readonly Role[];
    groups: readonly string[];
  },
): Promise<OpenedSession | undefined> {
  const isMapped = person.roles.length > 0;
  if (!isMapped && !(await hasIdentity(context.database.db, person))) return undefined;
  const opened = await openExternalSession(context, person);
  if (isMapped) return opened;
  await endSession(context, opened.session);
  return undefined;
}
